/**
 * Passwords of ten letters and more that everybody tries first, in lower case: from public lists of leaked ones, and
 * what people here would think of. Shorter ones are refused by their length.
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `1234567890 12345678910 123456789a 0123456789 9876543210 0987654321 1122334455 1234512345 1234554321 123123123123
   1111111111 0000000000 8888888888 6666666666 5201314520 1357924680 1q2w3e4r5t 1qaz2wsx3edc qazwsxedcrfv q1w2e3r4t5
   qwertyuiop qwerty1234 qwerty12345 qwerty123456 1234qwerty asdfghjkl1 asdfghjkl; zxcvbnm123 qwer1234qwer qwe123qwe123
   abcdefghij abcd123456 abc1234567 abc123abc123 a123456789 a1234567890 aa123456789 aaaaaaaaaa woaini1314 woaini1314520
   woaini520 woaini5201314 iloveyou12 iloveyou123 iloveyouforever iloveyou1314 password12 password123 password1234
   password12345 passw0rd123 p@ssw0rd123 p@ssw0rd1234 p@ssword123 passwordpassword mypassword mypassword1 changeme123
   changeme1234 letmein123 letmein1234 welcome123 welcome1234 welcome2024 welcome2025 welcome2026 administrator
   administrator1 admin12345 admin123456 admin888888 adminadmin admin@123456 root123456 rootroot123 superadmin test123456
   testtest123 testing123 user123456 default123 secret1234 temppassword temp123456 computer123 internet123 network123
   football123 basketball baseball123 superman123 spiderman123 dragon1234 monkey1234 sunshine123 princess123 michael123
   michelle123 charlie123 liverpool123 manchester chelsea123 arsenal123 starwars123 pokemon123 minecraft123 nightdesk1
   nightdesk12 nightdesk123 nightdesk1234 nightdesk2026 nightdesknightdesk nightshift nightshift1 nightshift123
   helpdesk123 helpdesk1234 support123 support1234 service123 service1234 company123 company1234 mima123456 mima1234567
   mimamima123 qq123456789 wx123456789 china123456 beijing123 beijing2008 shanghai123 shenzhen123 guangzhou123 zhang123456
   wang123456 liuliuliu123 chenchen123 zaq12wsxcde3 zaq1zaq1zaq1 1qazxsw23edc !qaz2wsx3edc`
    .split(/\s+/)
    .filter(Boolean),
)
