import type { Bilingual } from '../../kernel/language.ts'
import type { DemoCanned, DemoTopic } from './types.ts'

const both = (zh: string, en: string): Bilingual => ({ 'zh-CN': zh, en })

export const COMPANY = both('澄川网络', 'Clearbrook Networks')
export const DEPARTMENTS: readonly { code: string; name: Bilingual }[] = [
  { code: 'service', name: both('客户服务部', 'Customer service') },
  { code: 'technology', name: both('技术运维部', 'Operations') },
  { code: 'security', name: both('安全保卫部', 'Security') },
  { code: 'engineering', name: both('研发部', 'Engineering') },
  { code: 'hr', name: both('人力资源部', 'Human resources') },
  { code: 'administration', name: both('行政部', 'Administration') },
]

const topic = (
  code: string,
  zh: string,
  en: string,
  skill: string | null = null,
  parent: string | null = null,
): DemoTopic => ({ code, parent, name: both(zh, en), skill })
export const TOPICS: readonly DemoTopic[] = [
  topic('broadband', '宽带', 'Broadband', 'broadband'),
  topic('broadband-outage', '断网', 'Outage', 'broadband', 'broadband'),
  topic('broadband-slow', '网速慢', 'Slow line', 'broadband', 'broadband'),
  topic('broadband-install', '装机与移机', 'Installation and moving', 'broadband', 'broadband'),
  topic('dns', '域名与解析', 'Domains and DNS', 'dns'),
  topic('billing', '账单', 'Billing', 'billing'),
  topic('cloud', '云服务器', 'Cloud server', 'cloud'),
  topic('mail', '企业邮箱', 'Company mail', 'mail'),
  topic('complaint', '投诉', 'Complaint', 'complaint'),
  topic('other', '其他', 'Something else'),
]

const canned = (
  shortcut: string,
  title: Bilingual,
  body: Bilingual,
  more: Partial<Pick<DemoCanned, 'kind' | 'topic'>> = {},
): DemoCanned => ({ shortcut, title, body, kind: 'reply', topic: null, ...more })
export const CANNED: readonly DemoCanned[] = [
  canned(
    'hello',
    both('问候', 'Greeting'),
    both(
      '{{customer}}您好，我是{{agent}}，您的问题我看到了，现在就查。',
      'Hello {{customer}}, {{agent}} here. I have read your question and am looking into it now.',
    ),
    { kind: 'greeting' },
  ),
  canned(
    'wait',
    both('请稍等', 'One moment'),
    both(
      '我需要两三分钟核对线路，查到就告诉您。',
      'I need two or three minutes to check the line, and will tell you as soon as I know.',
    ),
  ),
  canned(
    'los',
    both('LOS 红灯', 'Red LOS light'),
    both(
      '光猫上的 LOS 红灯表示光信号没有进来。请看一下光纤尾线有没有弯折或松脱，不要按复位键。',
      'A red LOS light means that no optical signal arrives. See whether the fibre is bent or loose; leave the reset button alone.',
    ),
    { topic: 'broadband-outage' },
  ),
  canned(
    'restart',
    both('重启光猫', 'Restart the modem'),
    both(
      '请把光猫电源拔下，等 30 秒再插上，两分钟后看看指示灯。',
      'Unplug the modem, wait 30 seconds, plug it in again, and look at the lights after two minutes.',
    ),
    { topic: 'broadband-outage' },
  ),
  canned(
    'speed',
    both('测速', 'Speed test'),
    both(
      '请用网线直连光猫测一次速，把下行和上行的数字发给我。',
      'Test the speed with a cable straight into the modem and send me both numbers.',
    ),
    { topic: 'broadband-slow' },
  ),
  canned(
    'dns',
    both('解析生效时间', 'How long DNS takes'),
    both(
      '改过的解析最晚在原来的 TTL 过后生效。您可以用 223.5.5.5 查一下是不是新的地址。',
      'A changed record takes effect when the old TTL has run out. Ask 223.5.5.5 whether it already answers the new address.',
    ),
    { topic: 'dns' },
  ),
  canned(
    'bill',
    both('账单核对', 'Checking a bill'),
    both(
      '请告诉我账户编号的后四位和有疑问的那一项，我逐笔核对。',
      'Give me the last four digits of your account and the item in question, and I check it line by line.',
    ),
    { topic: 'billing' },
  ),
  canned(
    'credit',
    both('断网减免', 'Outage credit'),
    both(
      '断网超过 2 小时的部分按天减免，会在下个账单上看到，不需要另外申请。',
      'An outage of more than two hours is credited by the day on your next bill. You need not apply.',
    ),
    { topic: 'broadband-outage' },
  ),
  canned(
    'ssh',
    both('云服务器连不上', 'Cloud server unreachable'),
    both(
      '请从控制台的“远程登录”试一次，并把报错发给我。这样能分清是网络还是系统。',
      'Try the console in the control panel and send me its message. That tells network from system.',
    ),
    { topic: 'cloud' },
  ),
  canned(
    'mail',
    both('邮箱证书', 'Mail certificate'),
    both(
      '证书今天已更新，请在客户端删除旧账户再添加一次，服务器名填 mail.clearbrook.example。',
      'The certificate was renewed today. Remove the account in your client and add it again with mail.clearbrook.example as the server.',
    ),
    { topic: 'mail' },
  ),
  canned(
    'engineer',
    both('安排上门', 'Sending an engineer'),
    both(
      '我为您约了明天 9 到 11 点的上门，师傅到之前半小时会来电。',
      'I have booked an engineer for tomorrow between 9 and 11. They call half an hour before.',
    ),
  ),
  canned(
    'sorry',
    both('致歉', 'Apology'),
    both('这次让您等久了，是我们的问题。', 'You have waited too long, and that is on us.'),
  ),
  canned(
    'solved',
    both('确认解决', 'Is it solved'),
    both(
      '现在恢复了吗？确认之后我再结束，请求编号是 {{ticket}}。',
      'Is it back? I close it once you say so. Your request is {{ticket}}.',
    ),
  ),
  canned(
    'steps',
    both('请按流程', 'By these steps'),
    both(
      '{{customer}}，我愿意帮您。请写清是什么问题、怎么联系您，我们一步一步来；急的先告诉我。',
      'I want to help, {{customer}}. Tell me what is wrong and how to reach you, and we go step by step; if it is urgent, say that first.',
    ),
    { kind: 'redirect' },
  ),
  canned(
    'bye',
    both('结束语', 'Closing'),
    both(
      '好的，先到这里。72 小时内写一句就能重新打开。晚安。',
      'Good, that is it for now. A word within 72 hours reopens it. Good night.',
    ),
    { kind: 'closing' },
  ),
]

export const TERMS = both(
  [
    '夜里有人值守。您在这里提问，由当班客服回答；没有人在岗时，我们会写明什么时候答复。',
    '我们保存您的称呼、联系方式和对话，只用于解决问题和改进服务。请求关闭 30 天后，您的私人链接失效。',
    '请写清问题和能联系到您的方式。紧急情况先说，条款不会挡住您。',
    '值班的人也在工作。辱骂或骚扰会被提醒，继续则会限制对话，由第二个人决定，您可以申诉。',
    '结束后您可以评价。服务和产品分开算：线路的问题不记在客服头上。',
  ].join('\n'),
  [
    'Someone is on duty at night. You ask here and the agent on post answers; when nobody is on post, we say when you will hear from us.',
    'We keep your name, your contact and the conversation, to solve the matter and to serve better. Your private link ends 30 days after the request is closed.',
    'Say what is wrong and how to reach you. If it is urgent, say that first: terms never stand in the way.',
    'People on duty are at work as well. Insults and harassment are answered with a warning, then with limits that a second person decides; you may object.',
    'Afterwards you can rate. Service and product count apart: a bad line is never held against the agent.',
  ].join('\n'),
)
