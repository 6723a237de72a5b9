import type { Post, Rank, StandingRole } from '../../../kernel/capabilities.ts'
import type { Language } from '../../../kernel/language.ts'

/** Columns of a list of people, in the order of the example. */
export const COLUMNS = [
  'number',
  'login',
  'name',
  'nameEn',
  'department',
  'rank',
  'roles',
  'posts',
  'skills',
  'languages',
  'phone',
  'email',
] as const
export type Column = (typeof COLUMNS)[number]
export const REQUIRED: readonly Column[] = ['number', 'name', 'department']

type Words<T extends string> = Readonly<Record<T, readonly string[]>>

/** What headings and cells may say, in both languages and in the words of other systems; compared without case and spaces. */
const HEADINGS: Words<Column> = {
  number: ['工号', '编号', '员工编号', 'number', 'staff number', 'employee id', 'id', 'no'],
  login: ['登录名', '账号', '帐号', '用户名', 'login', 'username', 'user', 'account'],
  name: ['姓名', '名字', '中文名', 'name', 'full name'],
  nameEn: ['英文名', '拼音', 'english name', 'name in english', 'name en', 'nameen', 'pinyin'],
  department: ['部门', '所属部门', 'department', 'dept'],
  rank: ['职级', '级别', '职务', 'rank', 'grade', 'title'],
  roles: ['角色', '权限', 'roles', 'role', 'standing roles'],
  posts: ['岗位', '可值岗位', '值班岗位', 'posts', 'post'],
  skills: ['技能', '业务', 'skills', 'skill'],
  languages: ['语言', '服务语言', 'languages', 'language'],
  phone: ['电话', '手机', '手机号', '联系电话', 'phone', 'mobile', 'telephone'],
  email: ['邮箱', '电子邮箱', '邮件', 'email', 'e-mail', 'mail'],
}
const RANK_WORDS: Words<Rank> = {
  staff: ['员工', '职员', '专员', 'staff', 'employee'],
  supervisor: ['主管', '组长', 'supervisor', 'team lead'],
  manager: ['经理', '部门经理', 'manager'],
  vice_president: ['副总经理', '副总', 'vice president', 'vice-president', 'vp', 'vice_president'],
}
const ROLE_WORDS: Words<StandingRole> = {
  handler: ['部门处理人', '处理人', 'handler', 'department handler'],
  head: ['部门负责人', '负责人', 'head', 'department head'],
  hr: ['人力资源', '人事', 'hr', 'human resources'],
  administration: ['行政', '行政部', 'administration'],
  leadership: ['领导小组', '领导', 'leadership'],
  administrator: ['管理员', '系统管理员', 'administrator', 'admin'],
}
const POST_WORDS: Words<Post> = {
  service: ['客服', '客服值班', 'service', 'customer service', 'agent'],
  technician: ['技术', '技术值班', 'technician', 'technicians', 'technical'],
  guard: ['安保', '保安', 'guard', 'guards', 'security'],
  manager: ['值班经理', 'duty manager', 'manager'],
}
const LANGUAGE_WORDS: Words<Language> = {
  'zh-CN': ['中文', '汉语', '普通话', 'chinese', 'zh', 'zh-cn'],
  en: ['英文', '英语', 'english', 'en'],
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[\s_*（()）]/g, '')
const reader = <T extends string>(words: Words<T>): ((text: string) => T | undefined) => {
  const known = new Map<string, T>()
  for (const [value, all] of Object.entries(words) as [T, readonly string[]][])
    for (const one of all) known.set(plain(one), value)
  return (text) => known.get(plain(text))
}

export const columnOf = reader(HEADINGS)
export const rankOf = reader(RANK_WORDS)
export const roleOf = reader(ROLE_WORDS)
export const postOf = reader(POST_WORDS)
export const languageOf = reader(LANGUAGE_WORDS)
