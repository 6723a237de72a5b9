/** Scenarios of `sipp`, the customer's phone: what it sends and what it waits for; nothing waits for a length of time but the one who gives up. */
const request = (method: string, more = ''): string => `
    ${method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    From: <sip:[caller]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ${method}
    Max-Forwards: 70
    Contact: <sip:[caller]@[local_ip]:[local_port]>
${more}`

const INVITE = `<send retrans="500"><![CDATA[
${request('INVITE').trimEnd()}
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP4 [local_ip]
    s=-
    c=IN IP4 [local_ip]
    t=0 0
    m=audio [auto_media_port] RTP/AVP 8
    a=rtpmap:8 PCMA/8000
]]></send>
<recv response="100" optional="true"/>
<recv response="180"/>`

const scenario = (name: string, body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n<scenario name="${name}">\n${body}\n</scenario>\n`

/** Rings until somebody answers, and talks until they hang up. */
export const TALKS = scenario(
  'talks',
  `${INVITE}
<recv response="200" rrs="true"/>
<send><![CDATA[

    ACK [next_url] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    [routes]
    From: <sip:[caller]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

]]></send>
<recv request="BYE"/>
<send><![CDATA[

    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

]]></send>`,
)

/** Rings, and gives up. */
export const GIVES_UP = scenario(
  'gives up',
  `${INVITE}
<pause milliseconds="300"/>
<send retrans="500"><![CDATA[

    CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    [last_Via:]
    From: <sip:[caller]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>
    Call-ID: [call_id]
    CSeq: 1 CANCEL
    Max-Forwards: 70
    Content-Length: 0

]]></send>
<recv response="200" optional="true"/>
<recv response="487"/>
<send><![CDATA[

    ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    [last_Via:]
    From: <sip:[caller]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

]]></send>`,
)
