import type { Bilingual } from '../../kernel/language.ts'
import { DAY, HOUR, plus } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'

type DemoArticle = { topic: string; title: Bilingual; body: Bilingual }
const article = (topic: string, titleZh: string, titleEn: string, zh: string, en: string): DemoArticle => ({
  topic,
  title: { 'zh-CN': titleZh, en: titleEn },
  body: { 'zh-CN': zh, en },
})

/** Published articles of the demo company, in their order, in two statements. */
export async function publishDemoArticles({ db, now }: Tx): Promise<void> {
  const topics = new Map(
    (await db.selectFrom('categories').select(['id', 'code']).execute()).map(({ id, code }) => [code, id]),
  )
  const words = ARTICLES.map(({ topic, title, body }) => ({
    category_id: topics.get(topic) ?? null,
    title: JSON.stringify(title),
    body: JSON.stringify(body),
  }))
  const rows = await db
    .insertInto('articles')
    .values(
      words.map((one, position) => ({
        ...one,
        position,
        state: 'published' as const,
        published_draft: 1,
        version: 1,
        saved_at: writtenAt(position, now),
        saved_by: null,
        state_since: writtenAt(position, now),
      })),
    )
    .returning(['id', 'position'])
    .execute()
  const versions = rows.flatMap(({ id, position }) => {
    const one = words[position]
    return one
      ? [{ ...one, article_id: id, version: 1, published_at: writtenAt(position, now), published_by: null }]
      : []
  })
  await db.insertInto('article_versions').values(versions).execute()
}

/** Weeks ago, but for two of last night: what has changed since one's last shift is marked. */
const writtenAt = (position: number, now: Date): Date =>
  plus(now, position % 7 === 3 ? -9 * HOUR : -(12 + 5 * position) * DAY)

const ARTICLES: readonly DemoArticle[] = [
  article(
    'broadband-outage',
    '光猫 LOS 灯变红，上不了网',
    'The LOS light is red and nothing loads',
    '红灯表示光信号没有到您家。请先看这几处：\n\n1. 光纤线有没有被压住或弯折\n2. 把接头拔下，再插紧\n3. 断电一分钟，再开机\n\n两分钟后仍是红灯，多半是外线问题，请[向我们提问](/)，夜里也有人在。',
    'A red light means that no signal reaches your home. Look at these first:\n\n1. Is the fibre pinched or bent?\n2. Unplug the connector and push it back in\n3. Switch the box off for a minute\n\nStill red after two minutes? It is probably the line outside. [Ask us](/); someone is awake.',
  ),
  article(
    'broadband-outage',
    '连得上 Wi-Fi，但打不开网页',
    'Wi-Fi is connected but pages do not open',
    '先重启路由器，等三分钟。\n\n- 别的设备也打不开：看光猫的灯，红灯请按断网处理\n- 只有一台打不开：在这台设备上忘记网络，再重新连接',
    'Restart the router and wait three minutes.\n\n- Other devices fail as well: look at the lights of the fibre box\n- Only one device fails: forget the network on it, then connect again',
  ),
  article(
    'broadband-slow',
    '晚上网速变慢，先测这两次',
    'Slow in the evening: measure twice',
    '1. 用网线直连光猫测一次\n2. 再用 Wi-Fi 在同一时间测一次\n\n网线正常、Wi-Fi 慢，换 5 GHz 频段或挪近路由器。两次都慢，请把结果发给我们。',
    '1. Measure once by cable, straight from the fibre box\n2. Measure again by Wi-Fi at the same hour\n\nIf only Wi-Fi is slow, use the 5 GHz band or move closer. If both are slow, send us the figures.',
  ),
  article(
    'broadband-install',
    '搬家了，宽带怎么移机',
    'Moving house with your broadband',
    '请至少提前三天告诉我们新地址和方便的时间。光猫请一起带走。新地址不在覆盖范围内时，可以办理停机。',
    'Tell us the new address and a good time at least three days ahead. Take the fibre box with you. Where we do not reach the new address, we can suspend the line.',
  ),
  article(
    'broadband-install',
    '装机当天要准备什么',
    'What to prepare for the installation',
    '- 家里有一位成年人\n- 光猫附近有一个插座\n- 想好路由器放在哪里\n\n安装大约一小时，走之前会当面测速。',
    '- An adult at home\n- A socket near the fibre box\n- A place for the router\n\nIt takes about an hour, and we measure the speed before we leave.',
  ),
  article(
    'dns',
    '改了解析，为什么还没生效',
    'I changed a DNS record and nothing happens',
    '各地会按记录的 TTL 继续用旧结果，通常十分钟到几小时。\n\n- 用 dig 或 nslookup 查一次记录\n- 清一次本机的 DNS 缓存\n\n超过一天仍是旧结果，请把域名发给我们。',
    'Resolvers keep the old answer for the TTL of the record, usually ten minutes to a few hours.\n\n- Look the record up with dig or nslookup\n- Clear the DNS cache of your computer\n\nIf it is still old after a day, send us the domain.',
  ),
  article(
    'dns',
    '域名到期了怎么办',
    'My domain has expired',
    '到期后 30 天内可以按原价续费，解析会在续费后两小时内恢复。超过 30 天进入赎回期，费用更高，请尽快联系我们。',
    'You can renew at the usual price for 30 days; it resolves again within two hours. After that it costs more to get it back, so write to us soon.',
  ),
  article(
    'billing',
    '这个月的账单为什么多了',
    'Why is this bill higher?',
    '常见的原因有三个：\n\n- 优惠期结束\n- 月中换了套餐，两段分别计费\n- 补收上个月的费用\n\n账单明细里每一项都写了起止日期。仍有疑问，请把账单月份告诉我们。',
    'There are three usual reasons:\n\n- An offer has ended\n- The plan changed during the month and both parts are charged\n- Something of last month was added\n\nEach line of the bill has its dates. If it still looks wrong, tell us the month.',
  ),
  article(
    'billing',
    '发票怎么开',
    'Getting an invoice',
    '付款后在账单页选择“开发票”，填写抬头和税号，电子发票会在一个工作日内发到您的邮箱。',
    'After paying, choose “Invoice” on the billing page and enter your company and tax number. It arrives by e-mail within one working day.',
  ),
  article(
    'cloud',
    '云服务器连不上 SSH',
    'I cannot reach my cloud server by SSH',
    '1. 控制台里看实例是否在运行\n2. 安全组是否放行 22 端口\n3. 磁盘是否已满，可从控制台的网页终端登录查看\n\n请不要把密码或私钥发给任何人，我们也不会问。',
    '1. Is the instance running in the console?\n2. Does the security group allow port 22?\n3. Is the disk full? Look through the web terminal of the console\n\nNever send a password or private key to anybody; we do not ask for them.',
  ),
  article(
    'cloud',
    '怎样恢复云服务器的快照',
    'Restoring a snapshot of a cloud server',
    '先停机，再在“快照”里选择时间点并恢复。恢复会覆盖现在的磁盘，请先为现在的状态建一个快照。',
    'Stop the server, then choose a point in time under “Snapshots”. This replaces the present disk, so take a snapshot of it first.',
  ),
  article(
    'mail',
    '企业邮箱收不到外部邮件',
    'Company mail from outside does not arrive',
    '- 先看垃圾邮件箱\n- 看邮箱空间是否已满\n- 最近改过 MX 记录的，核对是否指向我们\n\n对方收到退信时，请把退信全文转给我们。',
    '- Look in the spam folder\n- See whether the mailbox is full\n- If the MX record changed lately, check that it points to us\n\nIf the sender got a message back, forward all of it to us.',
  ),
]
