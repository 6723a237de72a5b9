import type { Post, Rank, StandingRole } from '../../kernel/capabilities.ts'
import type { Language } from '../../kernel/language.ts'
import type { DemoPerson } from './types.ts'

type Line = readonly [
  number: string,
  name: string,
  nameEn: string,
  rank?: Rank,
  roles?: StandingRole[],
  skills?: string[],
  languages?: Language[],
]
const ZH: Language[] = ['zh-CN']
const BOTH: Language[] = ['zh-CN', 'en']

const of = (department: string, posts: Post[], lines: readonly Line[]): DemoPerson[] =>
  lines.map(([number, name, nameEn, rank = 'staff', roles = [], skills = [], languages = ZH]) => ({
    number,
    name,
    nameEn,
    department,
    rank,
    roles,
    posts: rank === 'supervisor' || rank === 'manager' ? [...posts, 'manager'] : posts,
    skills,
    languages,
  }))

/** Forty-six people in six departments: enough for three shifts of ten heads a day, each with eleven hours of rest. */
export const PEOPLE: readonly DemoPerson[] = [
  ...of(
    'service',
    ['service'],
    [
      ['cs0301', '林玫', 'Lin Mei', 'staff', [], ['broadband', 'billing'], BOTH],
      ['cs0302', '陈舟', 'Chen Zhou', 'staff', [], ['broadband', 'dns'], BOTH],
      ['cs0303', '何雨桐', 'He Yutong', 'staff', [], ['billing', 'mail'], BOTH],
      ['cs0304', '安然', 'An Ran', 'staff', [], ['cloud', 'dns'], BOTH],
      ['cs0305', '苏敏', 'Su Min', 'staff', [], ['broadband'], BOTH],
      ['cs0306', '叶青', 'Ye Qing', 'staff', [], ['billing']],
      ['cs0307', '江月', 'Jiang Yue', 'staff', [], ['cloud', 'mail'], BOTH],
      ['cs0308', '顾远', 'Gu Yuan', 'staff', [], ['dns']],
      ['cs0309', '梁晨', 'Liang Chen', 'staff', [], ['broadband', 'mail'], BOTH],
      ['cs0310', '徐佳', 'Xu Jia', 'staff', [], ['billing']],
      ['cs0311', '秦朗', 'Qin Lang', 'staff', [], ['cloud'], BOTH],
      ['cs0312', '宋词', 'Song Ci', 'staff', [], ['broadband']],
      ['cs0313', '白帆', 'Bai Fan', 'staff', [], ['mail', 'dns'], BOTH],
      ['cs0314', '夏至', 'Xia Zhi', 'staff', [], ['broadband', 'billing']],
      ['cs0315', '周启明', 'Zhou Qiming', 'supervisor', [], ['complaint'], BOTH],
      ['cs0316', '高岚', 'Gao Lan', 'manager', ['head'], ['complaint'], BOTH],
    ],
  ),
  ...of(
    'technology',
    ['technician'],
    [
      ['it0201', '吴凯', 'Wu Kai'],
      ['it0202', '沈默', 'Shen Mo'],
      ['it0203', '唐宁', 'Tang Ning'],
      ['it0204', '陆远', 'Lu Yuan'],
      ['it0205', '方晓', 'Fang Xiao'],
      ['it0206', '程野', 'Cheng Ye'],
      ['it0207', '杜若', 'Du Ruo'],
      ['it0208', '钟声', 'Zhong Sheng'],
      ['it0209', '罗维', 'Luo Wei'],
      ['it0210', '尹川', 'Yin Chuan'],
      ['it0211', '季然', 'Ji Ran', 'supervisor', [], [], BOTH],
      ['it0212', '邵文', 'Shao Wen', 'manager', ['head'], [], BOTH],
    ],
  ),
  ...of(
    'security',
    ['guard'],
    [
      ['gd0401', '马建国', 'Ma Jianguo'],
      ['gd0402', '赵铁', 'Zhao Tie'],
      ['gd0403', '丁山', 'Ding Shan'],
      ['gd0404', '石磊', 'Shi Lei'],
      ['gd0405', '韩冬', 'Han Dong'],
      ['gd0406', '常青', 'Chang Qing'],
      ['gd0407', '牛犇', 'Niu Ben'],
      ['gd0408', '雷鸣', 'Lei Ming', 'supervisor', ['head']],
    ],
  ),
  ...of(
    'engineering',
    [],
    [
      ['rd0501', '罗毅', 'Luo Yi', 'staff', ['handler']],
      ['rd0502', '冯燕', 'Feng Yan', 'staff', ['handler']],
      ['rd0503', '汪洋', 'Wang Yang', 'manager', ['head', 'handler']],
    ],
  ),
  ...of(
    'hr',
    [],
    [
      ['hr0101', '许诺', 'Xu Nuo', 'staff', ['hr'], [], BOTH],
      ['hr0102', '卫平', 'Wei Ping', 'manager', ['hr', 'head']],
    ],
  ),
  ...of(
    'administration',
    [],
    [
      ['ad0601', '严明', 'Yan Ming', 'staff', ['administration']],
      ['ad0602', '韦一', 'Wei Yi', 'supervisor', ['administrator'], [], BOTH],
      ['ld0001', '方正', 'Fang Zheng', 'vice_president', ['leadership']],
      ['ld0002', '温岭', 'Wen Ling', 'vice_president', ['leadership'], [], BOTH],
    ],
  ),
]
