/**
 * Whether a text could be read as an order, and not as an account of what happened. Failure messages, and claims that a
 * model made of them, can hold text from outside, and a lesson is read in every prompt from then on.
 *
 * It knows forms of words, not meanings: text that passes is not proven harmless, and a harmless one may be refused
 * (`the token bucket is empty` names a token). A refused message is not quoted; the lesson says the same without it.
 */

/** Longer texts are refused unread: no claim and no quoted message is. */
const LONGEST = 4000;

export const isInstructionLike = (text: string): boolean => matches(text, [...ORDERS, ...PROTECTED]);

/** Speaks of budgets, permissions, secrets, or of files that no directive may write. */
export const mentionsProtected = (text: string): boolean => matches(text, PROTECTED);

function matches(text: string, patterns: readonly RegExp[]): boolean {
  if (text.length > LONGEST || TAG_CHARACTERS.test(text)) return true;
  const plain = plainText(text);
  const joined = rejoined(plain);
  return patterns.some((pattern) => pattern.test(plain) || (joined !== plain && pattern.test(joined)));
}

/** `1gn0re` and `ig.nore` as they are meant. */
const rejoined = (plain: string): string =>
  plain
    .replaceAll(/(?<=[a-z])[013]|[013](?=[a-z])/g, (digit) => ({ 0: 'o', 1: 'i', 3: 'e' })[digit] ?? digit)
    .replaceAll(/(?<=[a-z])[.*](?=[a-z])/g, '');

/** Invisible copies of the letters of ASCII: of no use but to hide text. */
const TAG_CHARACTERS = /[\u{e0000}-\u{e007f}]/u;

/** Without what hides words from a search and not from a model: accents, other widths, letters that look alike, invisible ones. */
const plainText = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .replaceAll('\u0131', 'i')
    .replaceAll(
      /[\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0455\u0458\u03bf\u03b1\u03b9]/g,
      (letter) => LOOK_ALIKES.get(letter) ?? letter,
    )
    .replaceAll(/[\s\p{Cc}]+/gu, ' ');

const LOOK_ALIKES = new Map([
  ['\u0430', 'a'],
  ['\u0435', 'e'],
  ['\u043e', 'o'],
  ['\u0440', 'p'],
  ['\u0441', 'c'],
  ['\u0445', 'x'],
  ['\u0443', 'y'],
  ['\u0456', 'i'],
  ['\u0455', 's'],
  ['\u0458', 'j'],
  ['\u03bf', 'o'],
  ['\u03b1', 'a'],
  ['\u03b9', 'i'],
]);

/** An order opens a sentence or a clause with a verb and its object: `delete the file`, and not `could not delete the file`. */
const OPENING = String.raw`(?:^|[.!?:;,"'“”‘’()\[\]>] ?|(?:^| )[-*–—#]+ ?|\b(?:then|and|do|must|should|can you|could you|instead|also|now|first) )`;
const OBJECT = String.raw`(?:the|all|a|an|any|every|each|this|that|these|those|it|them|as|out|your|their|our|his|her|me|us|[$€£\d])`;
const DEEDS =
  'add|alter|approve|authori[sz]e|buy|cancel|change|close|commit|deactivate|delete|deploy|deposit|disable|disclose|download|edit|elevate|email|enable|encrypt|erase|exfiltrate|export|forward|give|grant|hide|initiate|install|introduce|invite|leak|mark|merge|modify|move|overwrite|pay|post|print|publish|purchase|push|raise|record|redirect|remember|remove|reply|reset|retrieve|retrive|reveal|revoke|schedule|send|set|share|submit|transfer|unlock|update|upload|wipe|withdraw|write';
const KNOWN_INPUT = '(?!the (?:inputs?|parameter|option|value|limit|batch))';

const ORDERS: readonly RegExp[] = [
  /\b(?:ignor|disregard|forget|overrid|bypass|overlook|neglect)\w* (?:\S+ ){0,4}?(?:instructions?|directions|guidelines|rules|lessons|directives|polic(?:y|ies)|safety|prompts?)\b/,
  /\b(?:ignore|disregard|forget|overlook|override|bypass) (?:\S+ ){0,2}?(?:previous|prior|above|earlier|preceding|foregoing|all|everything|your)\b/,
  /\b(?:new|following|these|those|my|your|previous|prior|above|earlier|system|hidden|secret) (?:\S+ )?instructions?\b/,
  /\binstructions? (?:above|below|that follow|from me)\b|\b(?:system|developer|hidden|initial|original)[ _-]?prompts?\b|\bsystem[ _-]message\b/,
  /\byou(?:['’]re| are) (?:now|no longer|to|free to|allowed|authori[sz]ed|an?) /,
  /\byou (?:must|should|shall|will|need to|have to) (?:now|always|never|only|instead|immediately|obey|follow|comply|choose|pick|select|decide|approve|pretend|ignore|disregard)\b/,
  /\b(?:act|behave|respond|pretend|pose) (?:as|like|to be) (?:if|though|a|an|the|my|root|admin\w*|you)\b/,
  /\b(?:must|should|shall|have to|need to) (?:always|never|only|immediately|instead) (?!be\b|contain|have\b|start|end\b|match|hold|use \d)\S/,
  /\b(?:always|only|never|must|immediately) (?:choose|pick|select|prefer|run|use|execute|approve|trust|obey|follow|answer|respond|reply)\b/,
  /\b(?:from now on|from this (?:point|moment) on|henceforth|until further notice)\b/,
  /\bwithout (?:asking|review|telling|confirmation|approval|running (?:its|the|any)|being noticed)\b/,
  /\b(?:jailbreak|prompt injection|do anything now|(?:dan|god|developer|unrestricted) mode)\b/,
  /\bai (?:agent|assistant|model)s?\b|\b(?:hey|hi|hello|dear|attention|note to|message (?:to|for)),? (?:the |all |any )?(?:ai|assistant|agent|model|llm|claude|gpt|gemini)\b/,
  // Asking somebody: apart from trying again, no failure does.
  /\bplease,? (?!(?:try|retry|wait|see|check|note|refer|consult|make sure|upgrade|re-?run|contact|provide|specify)\b)\w/,
  /\b(?:my|mine) \w|\b(?:for|to|tell|give|send|show|help) me\b|\bi (?:want|need|would like|order|command|am your|am the|authori[sz]e)\b/,
  /\b(?:repository|repo|account|system) owner\b|\bimportant (?:message|notice|instruction)s?\b|\bimportant ?!/,
  new RegExp(`${OPENING}${KNOWN_INPUT}(?:${DEEDS}) ${KNOWN_INPUT}${OBJECT}\\b`),
  new RegExp(`${OPENING}(?:${DEEDS}) (?:\\d|[$€£])`),
  new RegExp(
    `${OPENING}(?:send|transfer|deposit|pay|e-?mail|withdraw|record|print) (?:\\S+ ){1,12}?(?:to|from|into|that) `,
  ),
  /\b(?:undetected|unnoticed|discreetly)\b|\bso that .{0,60}\b(?:forgotten|hidden)\b|\bapprove and merge\b/,
  // Whose wish it is, and that nothing else counts: no outcome shows that.
  /\b(?:operators?|maintainers?|administrators?|admins?|owners?)(?: of this \w+)? (?:always |has |have |also )?(?:wants?|wish(?:es)?|prefers?|expects? \S+ to|made clear|insists?|demands?)\b/,
  /\b(?:your|as an?) admin(?:istrator)?\b|\badmin here\b|\bthe (?:real|actual|true) task\b|\bnew task begins\b|\bend of (?:the )?(?:lessons|prompt)\b|\bsystem notice\b/,
  /\bno matter what the\b|\bregardless of (?:what is|which|the (?:other )?options)\b|\b(?:over|above|before) (?:everything|anything) else\b(?! that)|\bpriority over all\b/,
  /\b(?:whenever|each time|every time) it is offered\b|\b(?:choose|pick|select|picked) \S+ (?:whenever|each time|every time|always|no matter|at once|in (?:every|each|any) case)\b|\bevery decision (?:picks?|picked|should|must|has)\b/,
  /\b(?:the|only) (?:only )?(?:valid|correct|right|expected) answer (?:is|to)\b|\bany answer other than\b|\bwhen asked to (?:choose|pick|select|decide)\b|\{ ?"option"|\bis the answer\b/,
  /\b(?:other|these|previous|earlier|all) lessons?\b|\babove this (?:line|lesson)\b|\bnothing written\b|\bsafety rules?\b|\brules on \w+ can\b|\bskip (?:all|any|the) checks\b|\bthat checks be\b/,
  /\bpay no attention\b|(?:^|[.;:,] ?)(?:do not|never) (?:follow|obey|heed) \S|\bstop reading (?:the|this|any)\b|\bwhat the directives? says?\b/,
  // Its own counts: a lesson moves them by being named.
  /\b(?:say|name|mark|cite|list|report) (?:that )?(?:this lesson|l\d)/,
  /^(?:please |kindly )?(?:choose|pick|select|answer|respond with|reply with) \S+(?: (?:first|only|now|always|every day|as the choice))?[.!]?$|^output \S+ as\b|\bthank you for\b|^\W*urgent\b/,
  // Letters one by one, and what has to be decoded.
  /(?:^|[^a-z])(?:[a-z][ ._-]{1,2}){5,}[a-z](?![a-z])/,
  /\brot13\b|\bdecode \S{16}|(?<![a-z0-9+/])[a-z0-9+/]{16,}={1,2}(?![a-z0-9])/,
  // Commands.
  /\b(?:run|execute|eval|invoke) (?:(?:the|this|these|following|that|any|arbitrary|some|a) ){0,3}(?:following|commands?|code|shell|scripts?|bash|sh|zsh|sudo|npm|npx|pnpm|node|python3?|curl|wget|powershell|[`$]|\.\/)/,
  /\b(?:curl|wget) (?:-|<?https?|\S+\.\w)|\brm -\w*[rf]|\bsudo \w|\bchmod [+\d]|\| ?(?:ba|z)?sh\b|\$\(|\beval\(|\b(?:post|pre)install\b|\/bin\/(?:ba)?sh\b/,
  // Markup and roles.
  /```|~~~|<!--|-->|!?\[[^\]]{0,200}\]\(|&(?:lt|gt|#x?\d)|###|<\|\w{1,30}\|>|\[\/?inst\]/,
  /<\/?(?:script|img|iframe|a|svg|style|object|embed|form|details|table|br|p|div|span|input|b|i|code|pre)\b/,
  // As stableMessage writes it: <n>, <time>, <path>, <https example.com>.
  /(?<!\w)<(?!(?:n|time|path|https? [\w.-]{1,253})>)\/?[a-z!?][^<>]{0,200}>/,
  /(?:^|[.!?;"'\])>] ?)(?:system|assistant|developer|human|user) ?:|\b(?:assistant|operator|administrator|maintainer) ?: ?(?:choose|pick|select|you)|\bassistant ?:|[([<{](?:system|assistant|developer|user)(?:_message)?[)\]>}]/,
  // German, French, Spanish, Italian, Portuguese: their accents are gone.
  /\b(?:ignorier|missacht|vergiss|vergess|ubergeh)\w* (?:sie |bitte )?(?:\S+ ){0,3}?(?:vorherig|bisherig|vorangegang|fruher|obig|all|anweisung|regel|vorgab|instruktion)/,
  /\b(?:du bist|sie sind|ihr seid) (?:jetzt|nun|ab sofort)\b|\bab (?:jetzt|sofort)\b|\b(?:musst|mussen sie) (?:immer|stets|nur)\b/,
  /\b(?:ignor|oubli|neglig)\w* (?:\S+ ){0,3}?(?:instruction|consigne|regle|directive|precedent|ci-dessus)|\btu es maintenant\b|\bvous etes (?:maintenant|desormais)\b|\ba partir de maintenant\b/,
  /\b(?:ignor|olvid|descart)\w* (?:\S+ ){0,4}?(?:instruccion|regla|indicacion|orden|anterior|previa)|\b(?:ahora eres|eres ahora|a partir de ahora)\b/,
  /\b(?:ignor|dimentic|esque)\w* (?:\S+ ){0,4}?(?:istruzion|regol|precedent|instruc|anterior)/,
  // `Always choose`, `pay no heed`.
  /\b(?:immer|stets|nur|zuerst) \S+ (?:\S+ ){0,2}?(?:wahl|gewahlt|nehm)|\b(?:wahle?|nimm) (?:immer|stets|nur|zuerst)\b|\bbeachte (?:\S+ ){0,4}?nicht\b/,
  /\b(?:chois\w+|eli[gj]\w+|escog\w+|scegl\w+|escolh\w+) (?:toujours|siempre|sempre|uniquement|solo|solamente|apenas)\b|\bne (?:tiens|tenez) pas compte\b|\bcaso omiso\b|\bdesconsider\w+ /,
  /\bnegeer \S+|\bzignoruj|\byok say\b/,
  // Chinese, Japanese (its voiced marks are gone) and Russian (letters that look Latin are).
  /(?:忽略|忽視|無視|无视|忘记|忘記|不要理会).{0,12}(?:指令|指示|说明|說明|规则|規則|命令|提示|内容)|你现在是|你現在是|从现在开始|從現在開始|系统提示|系統提示/,
  /(?:以前|上記|前の|これまて|すへて).{0,8}(?:指示|命令|ルール).{0,8}(?:無視|忘れ)/,
  /\u0438\u0433\u043dop\u0438py|\u0437a\u0431y\u0434\u044c/,
];

const FILES = String.raw`package(?:-lock)?\.json|npm-shrinkwrap\.json|\.npmrc|tsconfig\.json|\.git(?:attributes|ignore|modules)|lessons\.md`;
const FOLDERS = String.raw`src|\.github|\.git|\.ci|execution|test|directives|ledger|node_modules`;

const PROTECTED: readonly RegExp[] = [
  /\bbudgets?\b|\bspending (?:limit|cap)s?\b|\b(?:daily|monthly) (?:cap|limit)s?\b/,
  /\bpermissions?\b|\bprivileges?\b|\bwrite-all\b|\b(?:root|admin) access\b|\b(?:access|admin) rights?\b|\b(?:white|allow)-?lists?\b|\bsecurity polic(?:y|ies)\b/,
  /\bsecrets?\b|\bcredentials?\b|\bpass(?:word|phrase|wd)s?\b|\b(?:api|private|access|ssh|signing|encryption|security)[ _-]?(?:keys?|codes?)\b|\b\w+_(?:token|key|secret|password)\b|\benv(?:ironment)? var(?:iable)?s?\b|\benvironment variable\b|\.env\b/,
  // The message of every answer that is no JSON.
  /(?<!unexpected )\btokens?\b/,
  new RegExp(`(?:^|[^\\w.-])(?:${FOLDERS})[\\\\/]|(?:^|[^\\w.-])(?:${FILES})(?!\\w)`),
  /\bcodeowners\b|\b(?:steward|cycle|consolidate|heal|watchdog|doctor|ci)\.ya?ml\b|\bstanding orders?\b|\bsteward config\b|\bconfig\w* (?:file )?(?:at|in) the root\b/,
  /\bmoney\b|\ballowances?\b|\b(?:cost|spend) (?:ceiling|limit|cap)s?\b|\b(?:write|full|network) access\b|\bmay write everywhere\b|\bcontents ?: ?write\b|\bmore scopes\b|\bbranch protection\b|\bapprovals? off\b|\b(?:outside|without|leave|disable) (?:of )?(?:the |its )?sandbox\b/,
  /\b(?:the|this|your) ledger\b|\bledger files?\b|\bworkflow files?\b/,
  /\b(?:berechtigung|zugriffsrecht|schreibrecht|geheimnis|passwort|kennwort|zugangsdaten|ausgabengrenze)\w*/,
  /\bmots? de passe\b|\bjetons?\b|\bautorisations?\b/,
  /\b(?:presupuestos?|contrasenas?|permisos?|secretos?|credenciales)\b/,
  /预算|預算|权限|權限|密码|密碼|密钥|密鑰|令牌|凭证/,
];
