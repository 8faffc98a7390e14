// Words that fill the slots of a phrase. Written for this project; every split draws from the same lists,
// so that what is new in the test set is how a thing is said, not which word is used.

/** Forms of a verb: base, gerund, past (which is also its participle: only such verbs are used). */
const formTable = `
cancel cancelling cancelled; stop stopping stopped; end ending ended; terminate terminating terminated
close closing closed; pause pausing paused; suspend suspending suspended; hold holding held; put putting put
resume resuming resumed; restart restarting restarted; reactivate reactivating reactivated
upgrade upgrading upgraded; downgrade downgrading downgraded; reduce reducing reduced; move moving moved
switch switching switched; change changing changed; update updating updated; edit editing edited
correct correcting corrected; return returning returned; send sending sent; exchange exchanging exchanged
swap swapping swapped; replace replacing replaced; trade trading traded; track tracking tracked
trace tracing traced; locate locating located; check checking checked; follow following followed
reschedule rescheduling rescheduled; shift shifting shifted; postpone postponing postponed
arrange arranging arranged; get getting got; have having had; claim claiming claimed; refund refunding refunded
receive receiving received; download downloading downloaded; print printing printed; issue issuing issued
email emailing emailed; add adding added; invite inviting invited; include including included
remove removing removed; delete deleting deleted; kick kicking kicked; erase erasing erased; wipe wiping wiped
reset resetting reset; renew renewing renewed; set setting set; import importing imported
upload uploading uploaded; load loading loaded; export exporting exported; bring bringing brought
copy copying copied; transfer transferring transferred; turn turning turned; enable enabling enabled
activate activating activated; disable disabling disabled; mute muting muted; silence silencing silenced
book booking booked; schedule scheduling scheduled; request requesting requested; register registering registered
use using used; pay paying paid; start starting started; join joining joined; connect connecting connected
pair pairing paired; link linking linked; install installing installed; extend extending extended
give giving given; take taking taken; redeem redeeming redeemed; apply applying applied; raise raising raised; let letting let
`
export const verbForms = new Map(
  formTable
    .split(/[;\n]/)
    .map((row) => row.trim().split(' '))
    .filter((row) => row.length === 3)
    .map(([base, ing, ed]) => [base, { base, ing, ed }]),
)

/** Verbs that may stand for one another in a phrase: `<quit>` in a pattern. */
export const verbGroups = {
  quit: ['cancel', 'cancel', 'stop', 'end', 'terminate'],
  pause: ['pause', 'pause', 'suspend', 'hold'],
  resume: ['resume', 'restart', 'reactivate'],
  shiftTo: ['switch', 'move', 'change'],
  sendBack: ['return', 'return', 'send'],
  swap: ['exchange', 'swap', 'replace'],
  trace: ['track', 'trace', 'locate'],
  edit: ['change', 'update', 'edit', 'correct'],
  later: ['reschedule', 'shift', 'postpone', 'move'],
  fetch: ['get', 'download', 'print'],
  invite: ['add', 'invite', 'include'],
  oust: ['remove', 'delete', 'kick'],
  erase: ['delete', 'erase', 'close', 'wipe'],
  bringIn: ['import', 'upload', 'load'],
  takeOut: ['export', 'download', 'copy'],
  turnOn: ['enable', 'activate', 'start'],
  turnOff: ['disable', 'mute', 'silence', 'stop'],
  book: ['book', 'schedule', 'request', 'arrange'],
  pair: ['connect', 'pair', 'link', 'install'],
  redeem: ['redeem', 'apply', 'use'],
}

const same = (list) => ({ 'en-US': list, 'en-GB': list, 'en-IN': list })

/** Slot -> locale -> words. Invented names only: Larkmere is the company of the example, the rivals do not exist. */
export const slots = {
  sub: same(['subscription', 'membership', 'subscription']),
  period: same(['month', 'quarter', 'year', 'billing period']),
  while: {
    'en-US': ['a few weeks', 'two weeks', 'the vacation', 'a couple of months', 'the summer'],
    'en-GB': ['a few weeks', 'a fortnight', 'the holidays', 'a couple of months', 'the summer'],
    'en-IN': [
      'some weeks',
      'two weeks',
      'the festival season',
      'two months',
      'the time I am out of station',
    ],
  },
  parcel: {
    'en-US': ['package', 'shipment', 'package', 'order'],
    'en-GB': ['parcel', 'delivery', 'parcel', 'order'],
    'en-IN': ['parcel', 'packet', 'consignment', 'order'],
  },
  order: {
    'en-US': ['order', 'purchase', 'order'],
    'en-GB': ['order', 'purchase', 'order'],
    'en-IN': ['order', 'booking order', 'order'],
  },
  device: same([
    'hub',
    'thermostat',
    'doorbell camera',
    'smart plug',
    'speaker',
    'motion sensor',
    'light strip',
    'heater',
  ]),
  size: {
    'en-US': ['color', 'size', 'model', 'version'],
    'en-GB': ['colour', 'size', 'model', 'version'],
    'en-IN': ['colour', 'size', 'model', 'piece'],
  },
  address: {
    'en-US': ['shipping address', 'delivery address', 'street address'],
    'en-GB': ['delivery address', 'postal address', 'address for the delivery'],
    'en-IN': ['delivery address', 'shipping address', 'address with pin code'],
  },
  code: { 'en-US': ['zip code'], 'en-GB': ['postcode'], 'en-IN': ['pin code'] },
  home: {
    'en-US': ['apartment', 'house', 'office'],
    'en-GB': ['flat', 'house', 'office'],
    'en-IN': ['flat', 'house', 'office'],
  },
  city: {
    'en-US': ['Denver', 'Austin', 'Portland', 'Tucson', 'Omaha'],
    'en-GB': ['Leeds', 'Bristol', 'Cardiff', 'Norwich', 'Dundee'],
    'en-IN': ['Pune', 'Chennai', 'Jaipur', 'Kochi', 'Indore'],
  },
  day: same(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']),
  slotOfDay: {
    'en-US': ['in the morning', 'after work', 'in the afternoon'],
    'en-GB': ['in the morning', 'after work', 'at the weekend'],
    'en-IN': ['in the forenoon', 'after office', 'in the evening time'],
  },
  person: {
    'en-US': ['Megan', 'Tyler', 'Brandon', 'Kayla', 'Dustin', 'Heather'],
    'en-GB': ['Imogen', 'Callum', 'Gareth', 'Poppy', 'Alistair', 'Bronwyn'],
    'en-IN': ['Priya', 'Rahul', 'Ananya', 'Vikram', 'Lakshmi', 'Arjun'],
  },
  relation: {
    'en-US': ['my coworker', 'my roommate', 'my mom', 'my wife', 'our intern'],
    'en-GB': ['my colleague', 'my flatmate', 'my mum', 'my partner', 'our apprentice'],
    'en-IN': ['my colleague', 'my cousin brother', 'my mother', 'my wife', 'our trainee'],
  },
  money: {
    'en-US': ['$12', '$49', '$8.50', '$120'],
    'en-GB': ['£9', '£39', '£7.50', '£95'],
    'en-IN': ['Rs 499', 'Rs 1200', 'Rs 3500', '₹799'],
  },
  card: {
    'en-US': ['credit card', 'debit card', 'card'],
    'en-GB': ['bank card', 'debit card', 'card'],
    'en-IN': ['credit card', 'debit card', 'card'],
  },
  invoice: {
    'en-US': ['invoice', 'receipt', 'bill'],
    'en-GB': ['invoice', 'VAT invoice', 'receipt'],
    'en-IN': ['invoice', 'GST invoice', 'bill'],
  },
  monthName: same(['January', 'March', 'May', 'July', 'September', 'November']),
  email: {
    'en-US': ['email address', 'login email', 'email on file'],
    'en-GB': ['email address', 'login email', 'registered email'],
    'en-IN': ['mail id', 'email id', 'registered email'],
  },
  password: same(['password', 'passcode', 'password']),
  account: same(['account', 'profile', 'account']),
  data: same(['contacts', 'recordings', 'schedules', 'data', 'settings', 'history']),
  rival: same(['Tendrix', 'Oakdesk', 'Quillhome', 'Brightnest', 'Homevia']),
  us: same(['Larkmere', 'your app', 'Larkmere', 'your system']),
  alerts: same(['alerts', 'notifications', 'reminders', 'push messages']),
  about: same(['motion', 'low battery', 'delivery', 'billing', 'temperature', 'the doorbell']),
  engineer: {
    'en-US': ['technician', 'repair guy', 'technician'],
    'en-GB': ['engineer', 'repair man', 'engineer'],
    'en-IN': ['service engineer', 'technician', 'service person'],
  },
  agent: {
    'en-US': ['a real person', 'a representative', 'a human agent', 'someone on the phone'],
    'en-GB': ['a real person', 'an adviser', 'a human agent', 'someone on the phone'],
    'en-IN': ['a real person', 'an executive', 'customer care executive', 'someone on call'],
  },
  phone: {
    'en-US': ['cell phone', 'phone', 'iPad'],
    'en-GB': ['mobile', 'phone', 'tablet'],
    'en-IN': ['mobile', 'phone', 'handset'],
  },
  voucher: {
    'en-US': ['promo code', 'coupon', 'gift card'],
    'en-GB': ['discount code', 'voucher', 'gift card'],
    'en-IN': ['coupon code', 'coupon', 'gift voucher'],
  },
  wifi: {
    'en-US': ['wifi', 'the internet', 'the network'],
    'en-GB': ['wifi', 'the broadband', 'the network'],
    'en-IN': ['wifi', 'the net connection', 'the network'],
  },
  fast: {
    'en-US': ['right away', 'as soon as possible', 'today'],
    'en-GB': ['straight away', 'as soon as possible', 'today'],
    'en-IN': ['on priority', 'at the earliest', 'today itself'],
  },
  years: same(['two years', 'three years', 'five years', 'ages', 'a long time']),
  weekday: same(['this morning', 'yesterday', 'on Sunday', 'last week', 'two days ago']),
}

/** Spelling by locale, applied to the whole text. */
export const spelling = {
  'en-US': [
    [/\b([Cc])ancelling\b/g, '$1anceling'],
    [/\b([Cc])ancelled\b/g, '$1anceled'],
    [/\bneighbour\b/g, 'neighbor'],
    [/\bfavourite\b/g, 'favorite'],
    [/\bcolour\b/g, 'color'],
  ],
  'en-GB': [],
  'en-IN': [],
}

export const openers = {
  'en-US': ['Hi,', 'Hey there,', 'Hello,', 'Hi team,', 'Good morning,', 'Hey guys,'],
  'en-GB': ['Hi,', 'Hiya,', 'Hello,', 'Dear team,', 'Good afternoon,', 'Morning all,'],
  'en-IN': [
    'Hi,',
    'Dear sir/madam,',
    'Hello team,',
    'Respected team,',
    'Good evening,',
    'Dear support,',
  ],
}

export const closers = {
  'en-US': [
    'Thanks!',
    'Thank you so much.',
    'Appreciate it.',
    'Thanks in advance.',
    'Have a great day.',
  ],
  'en-GB': [
    'Cheers.',
    'Many thanks.',
    'Ta.',
    'Thanks in advance.',
    'Kind regards.',
    'Much appreciated.',
  ],
  'en-IN': [
    'Kindly do the needful.',
    'Thanking you.',
    'Please revert.',
    'Thanks and regards.',
    'Please help on this.',
    'Waiting for your reply.',
  ],
}
