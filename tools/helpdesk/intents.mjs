// What people ask for, and how. `acts` are requests that begin with a verb ("<quit> my {sub}"), so they can stand in
// a contrast ("don't A, just B"); `says` are whole sentences. The `train` and `held` patterns never meet:
// calibration and test are written with `held` ones only.
// <verb> or <group> is inflected by its frame, <group:ed> has a fixed form, {slot} takes a word of the locale.

export const outOfScope = 'out_of_scope'

/** Intent -> its cluster (rivals in a contrast come mostly from the same one) and its patterns. */
export const intents = {
  cancel_subscription: {
    cluster: 'subscription',
    acts: {
      train: [
        '<quit> my {sub}',
        '<quit> the {sub} for good',
        '<quit> my {sub} at the end of the {period}',
        '<let> my {sub} run out and never renew it',
        '<close> down my {sub} completely',
        '<quit> our {sub} with {us}',
      ],
      held: [
        '<get> my {sub} <quit:ed>',
        '<quit> the {sub} that I have with {us}',
        '<quit> it, the {sub} I mean, for good',
        '<have> the {sub} <quit:ed> completely',
      ],
    },
    says: {
      train: [
        'I no longer need the {sub} so it can go',
        'the {sub} is not worth the money, I am leaving {us}',
        'how do I get out of my {sub}',
        'what is the way to end the {sub} with no further payment',
        'we are leaving {us}, please make the {sub} end this {period}',
      ],
      held: [
        'I am leaving {us} and the {sub} has to end',
        'my {sub} should not renew after this {period}, I am done',
        'the {sub} is no longer needed, what is the way out',
        'I want no further payment and no further {sub}',
      ],
    },
  },
  pause_subscription: {
    cluster: 'subscription',
    acts: {
      train: [
        '<pause> my {sub}',
        '<pause> the {sub} for {while}',
        '<put> my {sub} on hold',
        '<put> the {sub} on ice for {while}',
        '<pause> our {sub} until we are back',
        '<have> a break from my {sub} for {while}',
      ],
      held: [
        '<have> my {sub} put on hold for {while}',
        '<pause> the {sub} until I am back',
        '<get> the {sub} <pause:ed>',
        '<put> everything on hold with my {sub} until I come back',
      ],
    },
    says: {
      train: [
        'I am away for {while}, can the {sub} rest until then',
        'is there a way to have no charge on my {sub} for {while} and then go on',
        'we will be gone for {while} and need a break from the {sub}',
        'can the {sub} sleep for {while}',
      ],
      held: [
        'I need a break for {while} and then my {sub} can go on',
        'can the {sub} be on hold while we are away',
        'we are gone for {while}, the {sub} should rest and go on later',
        'is a break from the {sub} possible for {while}',
      ],
    },
  },
  resume_subscription: {
    cluster: 'subscription',
    acts: {
      train: [
        '<resume> my {sub}',
        '<resume> the {sub} that was on hold',
        '<get> my old {sub} going again',
        '<bring> my {sub} back to life',
        '<start> my {sub} again after the break',
        '<have> the {sub} running again',
      ],
      held: [
        '<get> the {sub} <resume:ed>',
        '<start> up the {sub} again now that I am back',
        '<bring> the old {sub} back',
        '<have> my {sub} going again after {while} on hold',
      ],
    },
    says: {
      train: [
        'I am back now so the {sub} can go on again',
        'my {sub} is still on hold although the break is over',
        'we are back after {while}, please get the {sub} going',
        'how do I come back to my old {sub}',
      ],
      held: [
        'the break is over and the {sub} should be running again',
        'now that we are back my {sub} can go on',
        'my old {sub} is on hold, I would like to come back',
        'after {while} I am back, is my {sub} going again',
      ],
    },
  },
  upgrade_plan: {
    cluster: 'plan',
    acts: {
      train: [
        '<upgrade> my plan',
        '<upgrade> to a bigger plan',
        '<shiftTo> to a higher tier',
        '<get> the next plan up',
        '<move> up to a plan with more storage',
        '<have> a larger plan',
      ],
      held: [
        '<move> my plan up a tier',
        '<get> a higher plan with more storage',
        '<have> my plan <upgrade:ed>',
        '<shiftTo> up to something bigger than my plan',
      ],
    },
    says: {
      train: [
        'I need more storage than my plan has',
        'my plan is too small for us, what is the next one up',
        'which plan is bigger than mine and how do I get it',
        'we need a higher limit of devices on the plan',
        'I would pay more for a larger plan',
      ],
      held: [
        'the plan is too small and we need more storage',
        'how do I pay more and get a larger tier',
        'mine is the small plan, I need a bigger one',
        'we need a plan with a higher limit',
      ],
    },
  },
  downgrade_plan: {
    cluster: 'plan',
    acts: {
      train: [
        '<downgrade> my plan',
        '<downgrade> to a smaller plan',
        '<shiftTo> to a lower tier',
        '<get> the next plan down',
        '<move> down to a cheaper plan',
        '<have> a plan with less storage',
      ],
      held: [
        '<move> my plan down a tier',
        '<get> a lower plan with less storage',
        '<have> my plan <downgrade:ed>',
        '<shiftTo> down to something cheaper than my plan',
      ],
    },
    says: {
      train: [
        'I use much less storage than my plan has',
        'my plan is too big for us, what is the next one down',
        'which plan is smaller than mine and how do I get it',
        'we do not use half of the devices on the plan, a cheaper one will do',
        'I would rather pay less for a smaller plan',
      ],
      held: [
        'the plan is too big and we use less storage',
        'how do I pay less and get a smaller tier',
        'mine is the big plan, a cheaper one will do',
        'a plan with a lower limit will do for us',
      ],
    },
  },
  switch_to_yearly: {
    cluster: 'billing',
    acts: {
      train: [
        '<shiftTo> to yearly billing',
        '<pay> once a year',
        '<pay> for the whole year in one go',
        '<shiftTo> my payments to annual',
        '<have> one bill a year',
        '<get> the annual price',
      ],
      held: [
        '<have> my billing <shiftTo:ed> to annual',
        '<pay> the annual price in one go',
        '<get> billed once a year',
        '<shiftTo> over to one yearly payment',
      ],
    },
    says: {
      train: [
        'is it cheaper when I pay the year up front and how do I do that',
        'I would like a single payment for twelve months',
        'how can the billing be annual',
        'twelve small payments are a pain, one a year is better',
      ],
      held: [
        'how do I make it a single yearly payment',
        'one payment for twelve months up front is what I would like',
        'can the bill be annual',
        'I would like to be on the yearly price',
      ],
    },
  },
  switch_to_monthly: {
    cluster: 'billing',
    acts: {
      train: [
        '<shiftTo> to monthly billing',
        '<pay> once a month',
        '<pay> month by month',
        '<shiftTo> my payments to every month',
        '<have> one small bill each month',
        '<get> the monthly price',
      ],
      held: [
        '<have> my billing <shiftTo:ed> to monthly',
        '<pay> the monthly price each month',
        '<get> billed once a month',
        '<shiftTo> over to small monthly payments',
      ],
    },
    says: {
      train: [
        'I cannot pay a whole year up front, is there a way by the month',
        'I would like twelve small payments',
        'how can the billing be by the month',
        'one big payment is a pain, a small one each month is better',
      ],
      held: [
        'how do I make it small payments by the month',
        'a small payment each month and not a big one up front would be better',
        'can the bill come each month',
        'I would like to be on the monthly price',
      ],
    },
  },
  return_item: {
    cluster: 'goods',
    acts: {
      train: [
        '<sendBack> the {device} back to you',
        '<sendBack> my {device} to the warehouse',
        '<get> a label to send my {device} back',
        '<sendBack> what I bought {weekday}',
        '<send> back the {device} I ordered',
        '<bring> the {device} back to a shop',
      ],
      held: [
        '<get> the {device} sent back to the warehouse',
        '<have> a label so that the {device} can go back',
        '<send> back what I ordered {weekday}',
        '<bring> back the {device} that I bought',
      ],
    },
    says: {
      train: [
        'I do not like the {device}, where do I send it',
        'how many days do I have to send the {device} back',
        'which label goes on the box when it goes back',
        'the {device} is not for me and has to go back',
      ],
      held: [
        'the {device} that I bought is not for me, how does it go back',
        'where is the label to send the {device} back',
        'I do not like it and the {device} has to go back to you',
        'how many days until the {device} has to be back in the warehouse',
      ],
    },
  },
  exchange_item: {
    cluster: 'goods',
    acts: {
      train: [
        '<swap> the {device} for another {size}',
        '<swap> my {device} for a different {size}',
        '<get> the same {device} in another {size}',
        '<trade> the {device} for the bigger {size}',
        '<swap> the {device} I bought {weekday} for a new one',
        '<have> a different {size} of the {device}',
      ],
      held: [
        '<get> my {device} <swap:ed> for another {size}',
        '<have> the {device} in a different {size}',
        '<swap> what I bought for the same {device} in a new {size}',
        '<trade> it, the {device}, for a different {size}',
      ],
    },
    says: {
      train: [
        'the {device} is the wrong {size}, I need another one',
        'can I have the other {size} of the {device}',
        'I picked the wrong {size} of {device} and need the right one',
        'is the {device} there in another {size} for the one I have',
      ],
      held: [
        'I need the {device} in the right {size}, this is the wrong one',
        'can the {device} be another {size}, mine is wrong',
        'the {size} is wrong, is there another {device} for mine',
      ],
    },
  },
  request_refund: {
    cluster: 'goods',
    acts: {
      train: [
        '<get> my money back',
        '<get> a refund for the {device}',
        '<claim> a refund of {money}',
        '<have> the {money} paid back to my {card}',
        '<request> my money back for the {order}',
        '<receive> a refund on my {card}',
      ],
      held: [
        '<have> my money back on the {card}',
        '<get> {money} refunded',
        '<claim> my money back for the {device}',
        '<receive> back the {money} that I paid',
      ],
    },
    says: {
      train: [
        'when does the refund of {money} arrive',
        'I sent the {device} back and the money is not on my {card}',
        'you owe me {money}',
        'how long until I see the refund for the {order}',
      ],
      held: [
        'how long does the refund for the {device} take',
        'the money for the {order} is not back yet',
        'when do I see the {money} that you owe me',
        'I have not seen the refund on my {card}',
      ],
    },
  },
  cancel_order: {
    cluster: 'order',
    acts: {
      train: [
        '<quit> my {order}',
        '<quit> the {order} I placed {weekday}',
        '<quit> my {device} {order} before it ships',
        '<stop> the {order} from being sent out',
        '<quit> the {order} for the {device}',
        '<have> the {order} taken out of the system',
      ],
      held: [
        '<get> my {order} <quit:ed> before it ships',
        '<have> the {device} {order} <quit:ed>',
        '<stop> the {device} {order} that I placed {weekday}',
        '<quit> it, my {order} of a {device}, before it is sent',
      ],
    },
    says: {
      train: [
        'I ordered the {device} by mistake, please do not send it',
        'I pressed buy twice, one {order} has to go',
        'the {order} was a mistake, it should never ship',
        'is it too late to call off the {order} of {weekday}',
      ],
      held: [
        'my {order} of {weekday} was a mistake, can it be called off',
        'please do not ship the {device}, I pressed buy by mistake',
        'is it too late, the {device} should never be sent',
      ],
    },
  },
  track_order: {
    cluster: 'order',
    acts: {
      train: [
        '<trace> my {parcel}',
        '<trace> the {parcel} with the {device}',
        '<check> where my {parcel} is',
        '<follow> my {parcel} on a map',
        '<get> a tracking number for my {parcel}',
        '<check> when the {parcel} will come',
      ],
      held: [
        '<get> my {parcel} <trace:ed>',
        '<check> where on the map the {parcel} is',
        '<have> a tracking number so I see where the {parcel} is',
        '<follow> where my {device} {parcel} is',
      ],
    },
    says: {
      train: [
        'where is my {parcel}',
        'my {parcel} was due {weekday} and still is not here',
        'when will the {device} arrive',
        'the tracking page shows no news of my {parcel}',
        'has the {parcel} left the warehouse yet',
      ],
      held: [
        'the {parcel} is still not here, where is it',
        'any news of my {device} {parcel}',
        'it was due {weekday}: when does the {parcel} arrive',
        'has my {device} left the warehouse and when is it here',
      ],
    },
  },
  change_delivery_address: {
    cluster: 'order',
    acts: {
      train: [
        '<edit> the {address} of my {order}',
        '<edit> my {address} to {city}',
        '<have> the {parcel} sent to my {home} in {city}',
        '<edit> the {code} on my {order}',
        '<send> the {parcel} to another address',
        '<edit> the {address} to my new {home}',
      ],
      held: [
        '<get> the {address} <edit:ed> to {city}',
        '<have> my {order} sent to another {address}',
        '<edit> where the {parcel} goes, to my {home} in {city}',
        '<send> my {device} to the new {home}',
      ],
    },
    says: {
      train: [
        'I moved to {city} and the {order} still has the old address',
        'the {code} on the {order} is wrong',
        'can the {parcel} go to my {home} and not to the old place',
        'I gave the wrong {address} for the {device}',
      ],
      held: [
        'the {order} has the wrong {code}, I moved to {city}',
        'can the {device} go to my new {home}',
        'my {address} is the old one, the {parcel} should go to {city}',
      ],
    },
  },
  reschedule_delivery: {
    cluster: 'order',
    acts: {
      train: [
        '<later> the delivery to {day}',
        '<later> my delivery to another day',
        '<have> the {parcel} come on {day}',
        '<get> my delivery on {day} {slotOfDay}',
        '<later> the drop off to {day}',
        '<have> the driver come on another day',
      ],
      held: [
        '<get> the delivery <later:ed> to {day}',
        '<have> my delivery come on another day',
        '<later> the day of delivery, {day} is better',
        '<have> the driver bring the {parcel} on {day} {slotOfDay}',
      ],
    },
    says: {
      train: [
        'nobody is home on {day}, can the driver come {slotOfDay}',
        'I will be out when the {parcel} comes, {day} is better',
        'is another delivery day possible',
        'the delivery is set for {day} and I am not home',
      ],
      held: [
        'on {day} nobody is home, another delivery day is better',
        'I am out on {day}, can the driver come on another day',
        'is the delivery possible on {day} {slotOfDay}',
      ],
    },
  },
  get_invoice: {
    cluster: 'billing',
    acts: {
      train: [
        '<fetch> my {invoice} for {monthName}',
        '<fetch> a copy of the {invoice}',
        '<issue> an {invoice} with our company name',
        '<email> me the {invoice} of {monthName}',
        '<fetch> the last {invoice} as a pdf',
        '<have> a paper {invoice}',
      ],
      held: [
        '<get> a copy of my {monthName} {invoice}',
        '<have> the {invoice} emailed as a pdf',
        '<email> a copy of the {invoice} with the company name',
        '<fetch> a paper copy of the last {invoice}',
      ],
    },
    says: {
      train: [
        'where do I find the {invoice} for {monthName}',
        'my accountant needs the {invoice} of {monthName}',
        'I never got an {invoice} for the {device}',
        'there is no {invoice} in my inbox for {monthName}',
      ],
      held: [
        'the accountant needs a copy of the {monthName} {invoice}',
        'for {monthName} I never got the {invoice}, where is it',
        'where is the pdf of my last {invoice}',
      ],
    },
  },
  update_card: {
    cluster: 'billing',
    acts: {
      train: [
        '<edit> the {card} on my {account}',
        '<edit> my payment details',
        '<add> a new {card} for payments',
        '<pay> with another {card}',
        '<swap> my old {card} for the new one on file',
        '<edit> the expiry date of my {card}',
      ],
      held: [
        '<get> the {card} on file <edit:ed>',
        '<have> another {card} for payments',
        '<edit> the payment {card} to my new one',
        '<add> the new {card} on my {account} for the old one',
      ],
    },
    says: {
      train: [
        'my {card} has expired and there is a new one',
        'the bank sent me a new {card}, where do I enter it',
        'the number of the {card} on file is out of date',
        'where do I put the new {card} details',
      ],
      held: [
        'the {card} on file has expired, where do I enter the new details',
        'a new {card} came from the bank, where does the number go',
        'payment details are out of date, there is a new {card}',
      ],
    },
  },
  double_charge: {
    cluster: 'problem',
    says: {
      train: [
        'I was charged twice for {monthName}',
        'you took {money} two times from my {card}',
        'there are two payments of {money} on my statement',
        'the same {order} was billed twice',
        'why did you take the money twice',
        'my {card} shows the charge of {money} double',
      ],
      held: [
        'my statement shows {money} two times',
        'for {monthName} the {card} was charged double',
        'two payments for the same {order}, why',
        'you billed me twice, {money} each',
        'why are there two charges of {money}',
      ],
    },
  },
  add_user: {
    cluster: 'account',
    acts: {
      train: [
        '<invite> {person} to my {account}',
        '<invite> {relation} as a user',
        '<invite> {person} on our family {account}',
        '<let> {relation} use my {account} with an own login',
        '<give> {person} access',
        '<invite> one more user called {person}',
      ],
      held: [
        '<get> {person} <invite:ed> as a user',
        '<have> {relation} on the {account} with an own login',
        '<give> {relation} access to our {account}',
        '<let> {person} join as one more user',
      ],
    },
    says: {
      train: [
        'how does {relation} get an own login for the {account}',
        '{person} needs access to the {device}',
        'can a second person use the {account}',
        '{person} is new here and should see the {device} too',
      ],
      held: [
        '{relation} should see the {device} too and needs an own login',
        'can {person} use our {account} as a second person',
        '{person} is new and needs access',
      ],
    },
  },
  remove_user: {
    cluster: 'account',
    acts: {
      train: [
        '<oust> {person} from my {account}',
        '<oust> {relation} as a user',
        '<oust> {person} off our family {account}',
        '<stop> {relation} from using my {account}',
        '<take> away the access of {person}',
        '<oust> the user called {person}',
      ],
      held: [
        '<get> {person} <oust:ed> as a user',
        '<have> {relation} off the {account}',
        '<take> {relation} off our {account}',
        '<stop> the access that {person} has',
      ],
    },
    says: {
      train: [
        '{relation} left us and must not see the {device} any more',
        '{person} still has a login and should not',
        'how do I take a person off the {account}',
        '{person} moved out and still opens the {device}',
      ],
      held: [
        '{person} left and still has access',
        'how is {relation} taken off, the login should not work any more',
        '{person} moved out and must not use our {account} any more',
      ],
    },
  },
  reset_password: {
    cluster: 'account',
    acts: {
      train: [
        '<reset> my {password}',
        '<reset> the {password} of my {account}',
        '<set> a new {password}',
        '<get> a link to choose a new {password}',
        '<change> my {password}',
        '<renew> the {password} I have forgotten',
      ],
      held: [
        '<get> my {password} reset',
        '<have> a new {password} set for the {account}',
        '<get> the link for a {password} change',
        '<renew> my forgotten {password}',
      ],
    },
    says: {
      train: [
        'I forgot my {password}',
        'the {password} I had is gone from my head',
        'the link to choose a new {password} never came',
        'no idea what my {password} was',
      ],
      held: [
        'no idea what the {password} is, I forgot',
        'I have forgotten it, where is the link for a new {password}',
        'my {password} is forgotten and the link never came',
      ],
    },
  },
  change_email: {
    cluster: 'account',
    acts: {
      train: [
        '<edit> my {email}',
        '<edit> the {email} on my {account}',
        '<shiftTo> to a new {email}',
        '<use> another {email} for the {account}',
        '<edit> the spelling of my {email}',
        '<have> your mails go to my new {email}',
      ],
      held: [
        '<get> the {email} <edit:ed>',
        '<have> another {email} on the {account}',
        '<use> my new {email} and no longer the old one',
        '<edit> the old {email} to my new one',
      ],
    },
    says: {
      train: [
        'I have lost access to my old {email} and got a new one',
        'there is a typo in my {email}',
        'all your mails go to my old {email}',
        'the {email} you have is out of date',
      ],
      held: [
        'my {email} is out of date, there is a new one',
        'your mails go to the old {email} that I lost',
        'the {email} on the {account} has a typo',
      ],
    },
  },
  delete_account: {
    cluster: 'account',
    acts: {
      train: [
        '<erase> my {account}',
        '<erase> my {account} and everything in it',
        '<erase> all that you store about me',
        '<erase> my whole {account} forever',
        '<have> my {account} gone from your servers',
        '<quit> my {account} with all personal data',
      ],
      held: [
        '<get> my whole {account} <erase:ed>',
        '<have> everything about me <erase:ed> forever',
        '<erase> what your servers store about me',
        '<erase> it forever, my {account} with everything',
      ],
    },
    says: {
      train: [
        'I want to be forgotten, nothing of me should stay on your servers',
        'how do I make my {account} disappear',
        'there should be no trace of my {account} left',
        'please forget my personal data',
      ],
      held: [
        'nothing personal should be left on your servers, how do I disappear',
        'my {account} should disappear forever',
        'please leave no trace of my personal data',
      ],
    },
  },
  import_data: {
    cluster: 'data',
    acts: {
      train: [
        '<bringIn> my {data} from {rival}',
        '<bringIn> a file with my {data}',
        '<bring> my {data} over from {rival}',
        '<bringIn> old {data} into {us}',
        '<load> the {data} that {rival} gave me',
        '<transfer> my {data} in from {rival}',
      ],
      held: [
        '<get> my {rival} {data} into {us}',
        '<have> the old {data} <bringIn:ed>',
        '<bring> in the {data} that I had with {rival}',
        '<bringIn> into {us} what {rival} gave me',
      ],
    },
    says: {
      train: [
        'I used {rival} until now, how does {us} get my {data}',
        'can {us} read a file from {rival}',
        'my {data} are still at {rival} and I would like them here',
        'coming from {rival}, must I type in all {data} again',
      ],
      held: [
        'can {us} read the {data} that {rival} has',
        'must I type it all in again when I come from {rival}',
        'I used {rival} and would like my {data} here',
      ],
    },
  },
  export_data: {
    cluster: 'data',
    acts: {
      train: [
        '<takeOut> my {data} to a file',
        '<takeOut> all my {data} from {us}',
        '<get> my {data} out of {us}',
        '<takeOut> the {data} so that {rival} can read them',
        '<transfer> my {data} out to {rival}',
        '<have> a file with all my {data}',
      ],
      held: [
        '<get> all the {data} out to a file',
        '<have> my {data} <takeOut:ed> from {us}',
        '<takeOut> out of {us} what {rival} can read',
        '<transfer> the {data} that I have with {us} out',
      ],
    },
    says: {
      train: [
        'how do I take my {data} with me to {rival}',
        'is there a file of my {data} that {rival} can read',
        'going to {rival}, do I lose the {data} that are here',
        'where is the button that saves all {data} to a file',
      ],
      held: [
        'I am going to {rival} with all my {data}, is there a file',
        'do I lose my {data} when I go to {rival}',
        'is there a button that gives me a file of the {data}',
      ],
    },
  },
  enable_alerts: {
    cluster: 'alerts',
    acts: {
      train: [
        '<turnOn> the {alerts}',
        '<turn> on the {alerts} about {about}',
        '<turnOn> {about} {alerts}',
        '<turn> my {alerts} on',
        '<get> {alerts} about {about} on my {phone}',
        '<receive> {alerts} when there is {about}',
      ],
      held: [
        '<get> the {alerts} <turnOn:ed>',
        '<have> {about} {alerts} turned on',
        '<receive> the {alerts} about {about}',
        '<turnOn> {alerts} on my {phone}',
      ],
    },
    says: {
      train: [
        'I never see {alerts} about {about} and would like them',
        'the {alerts} stay silent, I need to hear them',
        'how do I get told about {about}',
        'my {phone} shows no {alerts}, where is the setting',
      ],
      held: [
        'I would like to hear {alerts} about {about}',
        'where is the setting so I get told about {about}',
        'no {alerts} come to my {phone} and I need them',
      ],
    },
  },
  disable_alerts: {
    cluster: 'alerts',
    acts: {
      train: [
        '<turnOff> the {alerts}',
        '<turn> off the {alerts} about {about}',
        '<turnOff> {about} {alerts}',
        '<turn> my {alerts} off',
        '<get> no more {alerts} about {about} on my {phone}',
        '<receive> fewer {alerts} about {about}',
      ],
      held: [
        '<get> the {alerts} <turnOff:ed>',
        '<have> {about} {alerts} turned off',
        '<receive> no more {alerts} about {about}',
        '<turnOff> {alerts} on my {phone}',
      ],
    },
    says: {
      train: [
        'I get far too many {alerts} about {about}',
        'the {alerts} drive me mad, I need some peace',
        'how do I stop being told about {about}',
        'my {phone} beeps all night with {alerts}, where is the setting',
      ],
      held: [
        'I would like some peace from {alerts} about {about}',
        'where is the setting so I stop being told about {about}',
        'far too many {alerts} come to my {phone} all night',
      ],
    },
  },
  book_engineer: {
    cluster: 'help',
    acts: {
      train: [
        '<book> a visit by {engineer}',
        '<book> a {engineer} for {day}',
        '<get> a {engineer} to my {home}',
        '<have> a {engineer} look at the {device}',
        '<book> someone to install the {device}',
        '<book> a home visit on {day} {slotOfDay}',
      ],
      held: [
        '<have> a {engineer} come to my {home} on {day}',
        '<get> a visit <book:ed> for the {device}',
        '<book> someone who can look at my {device}',
        '<get> someone to install it, the {device}, on {day}',
      ],
    },
    says: {
      train: [
        'when can a {engineer} come to my {home}',
        'the {device} needs a {engineer} to look at it',
        'do you send somebody to fix the {device} at home',
        'I cannot install the {device} myself, who comes',
      ],
      held: [
        'can somebody come to my {home} to fix the {device}',
        'who can look at the {device} at home on {day}',
        'I need a {engineer}, when is one free to come',
      ],
    },
  },
  pair_device: {
    cluster: 'help',
    acts: {
      train: [
        '<pair> the {device} to {wifi}',
        '<pair> my new {device} with the app',
        '<set> up my {device}',
        '<pair> a second {device}',
        '<add> the new {device} in the app',
        '<get> the {device} on {wifi} for the first time',
      ],
      held: [
        '<get> my {device} <pair:ed> with the app',
        '<set> up a second {device} in the app',
        '<have> the new {device} on {wifi}',
        '<pair> it, my {device}, for the first time',
      ],
    },
    says: {
      train: [
        'new {device} out of the box, what do I press first',
        'which steps to set up the {device}',
        'the app does not find my new {device}',
        'where is the code that the app wants for the new {device}',
      ],
      held: [
        'what are the first steps with a new {device}',
        'the app wants a code for my {device} out of the box',
        'my new {device} is not found by the app',
      ],
    },
  },
  use_voucher: {
    cluster: 'billing',
    acts: {
      train: [
        '<redeem> a {voucher}',
        '<redeem> my {voucher} on the {order}',
        '<redeem> the {voucher} you sent me',
        '<pay> with a {voucher}',
        '<get> the discount from my {voucher}',
        '<redeem> a {voucher} of {money}',
      ],
      held: [
        '<get> my {voucher} <redeem:ed>',
        '<have> the {voucher} taken off the price',
        '<pay> part of the {order} with my {voucher}',
        '<redeem> it, the {voucher} of {money}, on my {order}',
      ],
    },
    says: {
      train: [
        'where do I enter the {voucher}',
        'the {voucher} does not take anything off the price',
        'checkout says the {voucher} is not valid',
        'is there a discount for old customers',
      ],
      held: [
        'checkout takes nothing off with the {voucher}',
        'is my {voucher} still valid and where do I enter it',
        'the discount of {money} is not in the price',
      ],
    },
  },
  extend_warranty: {
    cluster: 'help',
    acts: {
      train: [
        '<extend> the warranty of my {device}',
        '<register> the {device} for the warranty',
        '<add> two years of warranty to the {device}',
        '<get> longer cover for the {device}',
        '<renew> the guarantee on my {device}',
        '<extend> the guarantee',
      ],
      held: [
        '<get> the warranty <extend:ed>',
        '<have> longer warranty on my {device}',
        '<renew> the warranty that the {device} has',
        '<add> longer cover to the guarantee of the {device}',
      ],
    },
    says: {
      train: [
        'how long is the {device} under guarantee',
        'is my {device} still covered by the warranty',
        'what does longer cover cost for the {device}',
        'where do I see when the guarantee ends',
      ],
      held: [
        'when does the warranty of my {device} end',
        'is there longer cover for the {device} and what does it cost',
        'is the guarantee on the {device} still good',
      ],
    },
  },
  speak_to_agent: {
    cluster: 'problem',
    says: {
      train: [
        'let me talk to {agent}',
        'I want to speak to {agent}',
        'can {agent} call me back',
        'no more bots, give me {agent}',
        'please put me through to {agent}',
        'is there a number where I reach {agent}',
        'I need {agent} and not a machine',
      ],
      held: [
        'give me a number, I want to talk to {agent}',
        'could {agent} call me',
        'I have enough of bots, where do I reach {agent}',
        'this machine is no help, put me through to {agent}',
      ],
    },
  },
  login_problem: {
    cluster: 'problem',
    says: {
      train: [
        'I cannot log in although the {password} is right',
        'the app throws me out every time I sign in',
        'the six digit code for the login never comes',
        'sign in page keeps loading and loading',
        'my {account} is locked after three tries',
        'the login says unknown user',
      ],
      held: [
        'sign in fails with the right {password}',
        'every time I log in the app throws me out',
        'the login is locked and no code comes',
        'I cannot sign in, it says unknown user',
        'after three tries the login page keeps loading',
      ],
    },
  },
  device_offline: {
    cluster: 'problem',
    says: {
      train: [
        'my {device} shows offline',
        'the {device} lost the connection to {wifi}',
        'the {device} has been dead since {weekday}',
        'red light on the {device} and nothing works',
        'the {device} drops off {wifi} every hour',
        'the {device} does not answer any more',
      ],
      held: [
        'since {weekday} the {device} is offline',
        'nothing works, the {device} has a red light',
        'the {device} lost {wifi} and does not answer',
        'every hour my {device} is dead',
      ],
    },
  },
  item_damaged: {
    cluster: 'problem',
    says: {
      train: [
        'the {device} arrived broken',
        'there is a crack in the {device}',
        'the box was crushed and the {device} is broken',
        'the {device} came with a part missing',
        'the glass of the {device} is cracked, it came like that',
        'one screw is missing in the box of the {device}',
      ],
      held: [
        'the {device} came out of the box with a crack',
        'a part of the {device} is missing in the box',
        'it arrived crushed, my {device} is broken',
        'the new {device} is cracked',
      ],
    },
  },
  slow_app: {
    cluster: 'problem',
    says: {
      train: [
        'your app is so slow on my {phone}',
        'it takes a minute until the app opens',
        'the app freezes on my {phone}',
        'since the update the app hangs',
        'scrolling in the app is painful',
        'the app crashes when I open the {data}',
      ],
      held: [
        'the app takes a minute and then freezes',
        'since the update it is painful to open the app on my {phone}',
        'on my {phone} the app hangs and crashes',
        'so slow, the app hangs with my {data}',
      ],
    },
  },
}
