"""Words, phrases and sentence patterns that `sentences.py` composes from.

A pattern has slots in braces. `{a|b}` is one of several texts, `{|very }` an optional
one, and `{name}` a word of a list. A list with two polarities is followed by `+` for
the polarity of the whole sentence or by `-` for the opposite one: "The {S} {is} not
{x-}." becomes "The camera is not good." or "The camera is not bad.".
"""

# ruff: noqa: E501  # a pattern is a line


def _items(text: str) -> tuple[str, ...]:
    """Return what semicolons separate."""
    return tuple(" ".join(item.split()) for item in text.split(";"))


def lines(text: str) -> tuple[str, ...]:
    """Return the lines that are not empty."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


# Adjectives for anything, which take "very".
GRADABLE = {
    1: _items(
        """good; nice; pleasant; impressive; enjoyable; useful; likable; attractive;
        appealing; beautiful; lovely; pretty; charming; satisfying; clever; helpful;
        easy to like;         refreshing; delightful; memorable; handy; solid;
        reliable; stylish; elegant; convincing; cool;         valuable; worthwhile; consistent; fun; interesting"""
    ),
    0: _items(
        """bad; poor; unpleasant; disappointing; annoying; useless; ugly; unattractive;
        irritating; frustrating; weak; mediocre; sloppy; cheap looking;         hard to like;         unreliable; unconvincing; lame; shabby; shoddy;
        depressing; forgettable; inconsistent; tiresome; confusing; clumsy; tacky;
        dreary; offensive; misleading; unsatisfying; uncomfortable;
        boring; dull; bland"""
    ),
}
# Adjectives for anything, which take "absolutely" rather than "very".
EXTREME = {
    1: _items(
        """great; excellent; wonderful; fantastic; amazing; awesome; brilliant; superb;
        perfect; terrific; outstanding; magnificent; marvelous; fabulous; incredible;
        exceptional; stunning; gorgeous; flawless; spectacular; first class; first rate;
        top notch; phenomenal; remarkable; sensational; splendid; stellar; superior;
        unbeatable; world class; faultless; glorious; divine;
        heavenly; exquisite; impeccable; extraordinary; magical; invaluable; sublime"""
    ),
    0: _items(
        """awful; terrible; horrible; dreadful; atrocious; abysmal; appalling; pathetic;
        worthless; hopeless; horrendous; disgraceful; disastrous; unacceptable;
        unbearable; ridiculous; laughable; miserable; pitiful; lousy; rubbish;
        third rate; second rate; shameful; disgusting; dire; ghastly;
        hideous; inexcusable; insulting; intolerable; pointless; revolting; wretched;
        embarrassing; crappy; trashy; substandard; nasty; sickening"""
    ),
}
# What is praise when it is denied: "not bad", "never boring".
DENIABLE = _items(
    """bad; bad; bad; boring; disappointing; annoying; complicated; difficult; ugly;
    poor; confusing; unpleasant; weak; dull; overpriced; irritating; unreliable;
    frustrating; mediocre; awful; terrible; horrible; useless; pointless"""
)
# What blames when it is denied, beyond the adjectives: "no charm", "lacks quality".
QUALITIES = {
    1: _items(
        """charm; quality; style; value; class; substance; character; appeal; merit;
        redeeming features; good ideas; thought; care; imagination; attention to
        detail; finesse; common sense; good points; strong points; benefit"""
    ),
    0: _items(
        """problems; flaws; faults; defects; weak points; bad surprises; complaints;
        issues; trouble; hassle; drawbacks; downsides; fuss; mistakes; disappointments;
        weaknesses; annoyances; nonsense; nasty surprises; shortcomings"""
    ),
}
NOUNS = {
    1: _items(
        """a masterpiece; a gem; a winner; a bargain; a pleasure; a delight; a joy;
        a treat; a keeper; a must; a triumph; a blessing; a dream; a success; a hit;
        a classic; a real find; a great buy; a good choice; a great deal; a true gem;
        a hidden treasure; a great value; a work of art; a lifesaver; a steal;
        a wonderful surprise; a clear winner; a wise choice; a revelation; a beauty;
        a smart choice; a step forward; a perfect gift; a little miracle; my favorite;
        an instant favorite; the real deal; the best choice; the whole package;
        a lot of fun; money well spent; time well spent; pure joy; pure pleasure;
        quality at its best; a five star experience; a huge improvement;
        a breath of fresh air; an absolute pleasure"""
    ),
    0: _items(
        """a waste of money; a waste of time; a disaster; a failure; a disgrace; a joke;
        a mess; a disappointment; a nightmare; a letdown; a scam; a rip-off; a flop;
        a mistake; a dud; a lemon; an insult; an embarrassment; a bad joke; a shame;
        a bad choice; a total loss; a pain; a bore; a nuisance; a chore; a farce;
        a complete failure; a sad excuse; a cheap copy; a bad deal; a poor choice;
        a step backward; a terrible gift; a huge mistake; a piece of junk; pure junk;
        a piece of garbage; the worst choice; a lost cause; a big letdown; a fraud;
        money down the drain; time I will never get back; pure torture; a catastrophe;
        a one star experience; an utter disappointment; complete rubbish;
        an absolute disgrace"""
    ),
}
# Verbs: base and past.
VERBS = {
    1: _items(
        """love loved; like liked; enjoy enjoyed; adore adored;
        appreciate appreciated; admire admired; treasure treasured"""
    ),
    0: _items(
        """hate hated; dislike disliked; despise despised;
        loathe loathed; detest detested; resent resented"""
    ),
}
# Verbs of feeling that most people use, much more often than the others.
COMMON_VERBS = {
    1: _items("love loved; like liked; enjoy enjoyed"),
    0: _items("hate hated; dislike disliked; loathe loathed"),
}
FEELINGS = {
    1: _items(
        """happy; pleased; satisfied; impressed; delighted; thrilled; content;
        overjoyed; amazed"""
    ),
    0: _items(
        """unhappy; displeased; dissatisfied; disappointed; disgusted; annoyed; upset;
        frustrated; angry"""
    ),
}

DOMAINS: dict[str, dict[str, tuple[str, ...]]] = {
    "product": {
        "item": _items(
            """phone; tablet; laptop; blender; kettle; toaster; lamp; camera; printer;
            vacuum cleaner; watch; backpack; jacket; chair; mattress; drill; heater; fan;
            radio; speaker; headset; keyboard; monitor; knife; pan; coffee maker;
            suitcase; tent; bike; stroller; toy; desk; router; charger; razor; scale"""
        ),
        "part": _items(
            """battery; screen; handle; sound; design; build quality; finish; motor;
            picture; display; packaging; lid; strap; stand; cable; color; size;
            zipper; remote control; charger; surface; manual; camera; look; fit"""
        ),
        "parts": _items(
            """buttons; speakers; wheels; instructions; materials; colors; controls;
            blades; seams; hinges; settings; accessories; photos"""
        ),
        "good": _items(
            """sturdy; durable; comfortable; quiet; fast; powerful; bright; handy;
            lightweight; sharp; compact; well made; well designed; practical; high quality; robust; efficient; precise"""
        ),
        "bad": _items(
            """flimsy; fragile; uncomfortable; noisy; slow; underpowered; dim; bulky;
            faulty; wobbly; defective; badly made; badly designed; impractical; low quality; loose"""
        ),
        "deny": _items("noisy; slow; flimsy; heavy; uncomfortable; bulky; fragile"),
        "got": _items("bought; ordered; got; purchased; received"),
        "use": _items("use used; have had; own owned"),
        "do+": _items(
            """buy it again; order another one; buy a second one; keep it; buy from
            this brand again; recommend it to {who}; give one to {who}; use it for
            years; recommend it to anyone; get one for {who}"""
        ),
        "do-": _items(
            """return it; send it back; ask for a refund; throw it away; throw it in the
            trash; get my money back; give it away; cancel the order; take it back to the
            store; report the seller; replace it; put it in the bin"""
        ),
        "does+": _items(
            """works perfectly; works like a charm; charges fast; feels solid; does its
            job; does exactly what it should; lasts all day; fits perfectly; still looks
            new; runs smoothly; works as advertised; cleans up easily; holds up well"""
        ),
        "does-": _items(
            """overheats; does not work; falls apart; feels cheap; scratches easily;
            breaks all the time; drains the battery; leaks everywhere; stopped working;
            came broken; rattles and squeaks; smells of plastic; needs constant repair"""
        ),
        "facts": lines("""
            It came in a plain brown box with a manual in four languages.
            The one {one} has is black, mine is gray.
            It arrived {when}.
            I keep it {where}.
            It runs on two batteries.
            The box says that it was made in Italy.
            We use it {often}, mostly {where}.
            I paid about {number} dollars for it.
            It stands {where}, next to the window.
            It weighs {number} ounces and is {number} inches long.
        """),
    },
    "story": {
        "item": _items(
            """film; movie; book; novel; series; show; documentary; comedy; thriller;
            sequel; remake; album; episode; drama; cartoon; biography; game; play"""
        ),
        "part": _items(
            """plot; story; acting; ending; script; music; soundtrack; dialogue; cast;
            camera work; first half; second half; pacing; humor; writing; cover;
            opening scene; lead actor; direction; idea; last chapter"""
        ),
        "parts": _items(
            """characters; actors; effects; jokes; scenes; costumes; songs; pictures;
            dialogues; fight scenes; locations"""
        ),
        "good": _items(
            """moving; gripping; funny; hilarious; touching; entertaining; original;
            well written; well acted; believable; exciting; captivating; fascinating;
            witty; thrilling; heartwarming; clever; powerful; unforgettable; inspired"""
        ),
        "bad": _items(
            """boring; predictable; unfunny; silly; slow; tedious; cliched; stupid;
            badly written; badly acted; unbelievable; dull; incoherent; shallow;
            pretentious; lifeless; wooden; contrived; unwatchable; uninspired"""
        ),
        "deny": _items("predictable; slow; silly; long; shallow; tedious; stupid"),
        "got": _items("saw; finished; rented; got; borrowed; bought"),
        "use": _items("have had; own owned; remember remembered"),
        "do+": _items(
            """watch it again; see it again; recommend it to {who}; buy my own copy;
            tell {who} to see it; go and see the next one; come back to it; add it to
            my favorites; recommend it to anyone; start it all over again"""
        ),
        "do-": _items(
            """walk out; stop after ten minutes; switch it off; ask for my money back;
            sell my copy; warn {who}; leave in the middle; skip the rest; give up on it;
            throw it away"""
        ),
        "does+": _items(
            """had me laughing out loud; kept me awake all night; made my day;
            touched my heart; stays with you for days; gets better every time;
            deserves every award; held my attention to the end; has a lot of heart;
            works on every level; lives up to the hype; made me smile"""
        ),
        "does-": _items(
            """put me to sleep; made no sense; goes nowhere; drags on forever;
            falls flat; bored me to tears; gets worse every minute; makes you cringe;
            insults the audience; has no heart; fails on every level;
            falls short of the hype; made me yawn"""
        ),
        "facts": lines("""
            It is set in a small town in the north of Italy.
            {Who} told me about it {when}.
            The story begins in a train station in the winter of 1952.
            It is about two brothers who inherit a farm.
            It lasts about {number} minutes.
            I got it from the library {when}.
            It is the second part of three.
            A young lawyer moves back to the town where she grew up.
            There were {number} people in the room, most of them students.
            It came out in the same year as the first one.
        """),
    },
    "service": {
        "item": _items(
            """company; help desk; delivery service; repair shop; bank; garage;
            insurance company; moving company; airline; dentist; hairdresser; plumber;
            internet provider; online shop; taxi service; store; clinic"""
        ),
        "part": _items(
            """staff; support; hotline; communication; manager; delivery; website;
            advice; response; driver; repair; attitude; planning"""
        ),
        "parts": _items(
            "employees; people; technicians; answers; drivers; agents; workers"
        ),
        "good": _items(
            """friendly; polite; helpful; kind; prompt; competent; quick; courteous;
            professional; trustworthy; honest; fair; attentive; efficient; knowledgeable; caring"""
        ),
        "bad": _items(
            """rude; unfriendly; unhelpful; slow; incompetent; dishonest; arrogant;
            unprofessional; impolite; unfair; lazy; careless; disorganized; ignorant"""
        ),
        "deny": _items("rude; slow; unfriendly; unhelpful; unfair; lazy; careless"),
        "got": _items("called; chose; tried; hired; contacted"),
        "use": _items("use used; know knew"),
        "do+": _items(
            """use them again; call them again; recommend them to {who}; stay with them;
            go back to them; trust them again; tell {who} about them; tip them well;
            choose them again; recommend them to anyone"""
        ),
        "do-": _items(
            """cancel my contract; switch to another company; file a complaint; ask for
            a refund; leave them; warn {who} about them; report them; take my business
            elsewhere; call a lawyer; demand my money back"""
        ),
        "does+": _items(
            """solved my problem in minutes; went out of its way to help; answers within
            the hour; was there on time; treats you with respect; keeps its promises;
            fixed it right the first time; made everything easy; goes the extra mile"""
        ),
        "does-": _items(
            """hung up on me; ignored all my emails; keeps you waiting for hours; was
            two weeks late; treats you like dirt; breaks every promise; charged me
            twice; made everything worse; lost my package; wanted more money"""
        ),
        "facts": lines("""
            I called them {when} because of a leak {where}.
            Their office is on the second floor, across from the station.
            {Who} gave me the number.
            We had an appointment {when}.
            They are open from nine to five.
            We have been there about {number} times.
            The contract runs for two years.
            I sent them three letters and two emails.
        """),
    },
    "hotel": {
        "item": _items(
            """hotel; room; resort; hostel; guest house; apartment; motel; cabin;
            campsite; suite; vacation home; inn; cruise"""
        ),
        "part": _items(
            """bed; view; breakfast; location; bathroom; pool; reception; staff; shower;
            wifi; lobby; beach; garden; air conditioning; restaurant; balcony"""
        ),
        "parts": _items("beds; towels; rooms; pillows; meals; walls; curtains"),
        "good": _items(
            """clean; comfortable; spacious; cozy; quiet; relaxing; luxurious; bright;
            spotless; peaceful; friendly; welcoming; modern; inviting"""
        ),
        "bad": _items(
            """dirty; uncomfortable; cramped; noisy; smelly; filthy; shabby; dark;
            moldy; run down; rude; unwelcoming; outdated; stained"""
        ),
        "deny": _items("dirty; noisy; small; uncomfortable; cramped; smelly; dark"),
        "got": _items("booked; chose; rented; reserved; tried"),
        "use": _items("know knew; remember remembered"),
        "do+": _items(
            """stay there again; come back; book it again; recommend it to {who};
            stay another night; go back next year; spend our next vacation there;
            bring {who} next time; recommend it to anyone"""
        ),
        "do-": _items(
            """leave early; check out after one night; cancel our booking; ask for a
            refund; complain to the manager; move to another place; warn {who}; look for
            another place; sleep in the car; call the health department"""
        ),
        "does+": _items(
            """made us feel at home; exceeded our expectations; looks just like the
            photos; has everything you need; made our vacation; feels like a second
            home; is worth the trip; takes your breath away"""
        ),
        "does-": _items(
            """made us feel like a burden; smelled of smoke; looks nothing like the
            photos; had bugs everywhere; ruined our vacation; feels like a prison;
            needs a deep clean; kept us awake all night; had no hot water"""
        ),
        "facts": lines("""
            We stayed for {number} nights in the middle of June.
            It is ten minutes from the station by bus.
            Our room was on the third floor and faced the street.
            {Who} booked it {when}.
            There were four of us, two adults and two children.
            We had been driving the whole day.
            It was our first trip to that part of the country.
            They serve breakfast from seven to ten.
        """),
    },
    "food": {
        "item": _items(
            """restaurant; pizza; burger; soup; cafe; coffee; meal; cake; sandwich;
            bakery; curry; steak; salad; tea; dessert; diner; bar; ice cream; wine"""
        ),
        "part": _items(
            """food; service; taste; menu; sauce; crust; atmosphere; portion size;
            bread; chef; flavor; waiter; wine list; presentation; smell"""
        ),
        "parts": _items(
            "fries; portions; drinks; noodles; vegetables; waiters; desserts"
        ),
        "good": _items(
            """tasty; delicious; fresh; yummy; crispy; juicy; flavorful; tender; warm;
            mouthwatering; homemade; generous; creamy; authentic; friendly"""
        ),
        "bad": _items(
            """bland; tasteless; stale; greasy; soggy; undercooked; overcooked; cold;
            burnt; disgusting; inedible; watery; salty; rude; oily; flavorless"""
        ),
        "deny": _items("bland; greasy; salty; cold; stale; dry; soggy; tasteless"),
        "got": _items("tried; ordered; had; picked; chose"),
        "use": _items("know knew; remember remembered"),
        "do+": _items(
            """go there again; order it again; come back; recommend it to {who}; take
            {who} there; have it every day; try the rest of the menu; eat it again;
            order a second one; recommend it to anyone"""
        ),
        "do-": _items(
            """send it back; leave it on the plate; throw it away; complain to the
            manager; ask for my money back; eat somewhere else; warn {who}; leave
            without a tip; feed it to the dog; spit it out"""
        ),
        "does+": _items(
            """melts in your mouth; tastes like home; hits the spot; made my mouth
            water; tastes amazing; smells delicious; never gets old; beats anything in
            town; made us all happy; tastes fresh"""
        ),
        "does-": _items(
            """tastes like cardboard; made me sick; came out cold; left a bad taste;
            smells rotten; was swimming in grease; gave me a stomach ache; took over an
            hour; cost a fortune; tastes of nothing"""
        ),
        "facts": lines("""
            We were there {when}, around seven in the evening.
            {Who} had the fish and I had the soup.
            The place is on the corner of the main street.
            We sat by the window.
            There were {number} people at our table.
            I ordered by phone {when}.
            It was a birthday party for {who}.
            They close at ten.
        """),
    },
    "app": {
        "item": _items(
            """app; program; website; update; plugin; player; new version; tool;
            browser; site; map; search engine; service; online course; subscription"""
        ),
        "part": _items(
            """interface; layout; search; setup; support; login; design; menu; dark mode;
            documentation; sync; installation; free version; home page; tutorial"""
        ),
        "parts": _items(
            "features; settings; updates; videos; lessons; filters; reminders; icons"
        ),
        "good": _items(
            """intuitive; fast; simple; easy to use; stable; smooth; responsive; clear;
            user friendly; powerful; well organized; addictive; safe; helpful"""
        ),
        "bad": _items(
            """buggy; slow; confusing; hard to use; unstable; laggy; clunky; broken;
            cluttered; outdated; badly organized; useless; unsafe; glitchy"""
        ),
        "deny": _items("slow; buggy; confusing; hard to use; clunky; cluttered; laggy"),
        "got": _items("installed; downloaded; tried; got; bought"),
        "use": _items("use used; have had"),
        "do+": _items(
            """install it again; keep it; recommend it to {who}; renew my subscription;
            pay for the full version; use it every day; tell {who} about it;
            give it five stars; recommend it to anyone"""
        ),
        "do-": _items(
            """delete it; uninstall it; cancel my subscription; ask for a refund; switch
            to another one; go back to the old one; warn {who}; get my money back;
            look for something else"""
        ),
        "does+": _items(
            """saves me hours every week; works flawlessly; loads in a second; makes life
            easier; never crashes; does everything I need; keeps getting better;
            syncs perfectly; runs like a dream; just works"""
        ),
        "does-": _items(
            """crashes all the time; freezes every day; takes forever to load; deleted
            my files; never works; is full of ads; keeps getting worse; loses my data;
            drains my battery; logs me out every day"""
        ),
        "facts": lines("""
            I use it on a phone that is about {number} months old.
            {Who} showed it to me {when}.
            The first version came out {when}.
            It asks for a name and a password.
            You find it in the menu under settings.
            I have it on two computers, one {where} and one at work.
            There is a version for work and one for school.
            It takes up {number} megabytes.
        """),
    },
}

GENERAL: dict[str, tuple[str, ...]] = {
    "who": _items(
        """my sister; my brother; my wife; my husband; my mother; my father; my son;
        my daughter; a friend; my neighbor; my roommate; my boss; a colleague; my aunt;
        my parents; our kids; my girlfriend; my boyfriend; my cousin; my grandmother"""
    ),
    "one": _items(
        """my sister; my brother; my wife; my husband; my mother; my father; my son;
        my daughter; a friend; my neighbor; my roommate; my boss; a colleague; my aunt;
        my girlfriend; my boyfriend; my cousin; my grandmother"""
    ),
    "when": _items(
        """last week; in May; last month; in the spring; on a Monday; two weeks ago;
        last summer; three months ago; on Friday; in January; a year ago; yesterday;
        last Christmas; at the end of March; the day before yesterday; in 2019"""
    ),
    "time": _items(
        """two weeks; a month; one day; three days; a year; ten minutes; six months;
        an hour; the first week; a few days; two years; half a year; a weekend;
        several months; three weeks"""
    ),
    "where": _items(
        """in the kitchen; in the living room; at home; in the garage; in my office;
        in the bedroom; upstairs; by the door; in the basement; on my desk"""
    ),
    "often": _items(
        """every day; twice a week; on weekends; every morning; most evenings;
        once a month; almost daily; at night; after work"""
    ),
    "few": _items("two; three; four; five; six; ten"),
    "age": _items("25; 30; 34; 42; 58; 61; forty; fifty"),
    "past": _items(
        "last week; May; last summer; a year ago; yesterday; last Christmas"
    ),
    "number": _items("20; 30; 45; 12; 25; 8; 90; 15; 60; twelve; forty; fifty"),
    "graded": _items(
        """very; so; really; extremely; quite; pretty; incredibly; surprisingly; truly;
        remarkably; super; unusually"""
    ),
    "absolute": _items("absolutely; really; truly; simply; just; totally"),
    "adv": _items("really; absolutely; totally; truly; simply; honestly; just; do"),
    "opener": _items(
        """Honestly; Overall; In short; To be honest; All in all; In my opinion;
        As far as I can tell; Frankly; Personally; For what it is worth; In the end;
        After {time}; So far; If you ask me; As a customer; Without exaggeration;
        I must say; Again; Well; For me"""
    ),
    "facts": lines("""
        {Who} {got} this {item} {when}.
        I {got} the {item} {when}.
        We {got} it {when}, together with {who}.
        I am writing this after {time}.
        {Who} had asked me to write a few lines about it.
        This is my second {item} in {few} years.
        I {got} it because {who} needed one.
        We live in a small house with two children and a dog.
        I first read about it in a magazine {when}.
        I am {age} years old and work in an office.
        {One} was with me.
        It was a Tuesday and it was raining.
        I had never {tried} a {item} like this before.
        I have been thinking about this review for {time}.
        My last review here was {when}.
        It is {number} miles from here to the nearest town.
        {One} has the same one.
        This review is about the {item} and the {S}.
    """),
    "tried": _items("seen; tried; had"),
    "other": _items(
        """the old one; the last one; the one before; the other one; the competition;
        the one that {one} has; my last {item}; the other {item}; any other {item}; the
        {item} we had before"""
    ),
    "brand": _items("the other brand; the competition; another company"),
    "rel": lines("""
        that {one} told me about {when}
        that we {got} {when} together with {who}
        that I {got} {when}
        we {got} {when} for {who}
        that {one} and I had talked about for {time}
        which {one} {got} {when}
        that everyone was talking about {when}
    """),
    "this": _items("this {item}; this {item}; the {item}; it; this one"),
    "the": _items("the {item}; this {item}"),
    "tails": _items(
        """, which we {got} {when}; , as {one} said {when}; , and I have had it for
        {time}; , at least for the two of us; , and that is after {time}; , and {one}
        agrees; , if you want to know; ; , I think; , to be clear"""
    ),
}

# By name: patterns for both labels, for label 1, for label 0.
CONSTRUCTIONS: dict[str, tuple[str, str, str]] = {
    "vocabulary": (
        """
        The {S} {is} {A+}.
        The {S} {is} {a+} and the {S2} {is} {a+}.
        {This} {is1} {A+}.
        It {is1} {A+}.
        It {is1} {a+}.
        It {is1} {|very |really |so |just |pretty }{g+}.
        {The} {is1} {a+}.
        The {item} {is1} {A+}.
        The {S} {is} {a+}.
        The {S} {is} {|very |really |so |just |pretty }{g+}.
        The {S} {is} {e+}.
        The {S} {is} {a+}, and so {is} the {S2}.
        What a {g+} {item}!
        Such a {g+} {item}.
        {A+} {item}.
        {A+} {S}.
        {A+} {item} with {a+} {parts}.
        {A+}!
        {This} {is1} {n+}.
        {The} was {n+}.
        {n+}, this {item}.
        I {v+} {this}.
        I {v+} the {S}.
        We {ved+} the {S} and the {S2}.
        {Who} {ved+} it.
        I found the {S} {a+}.
        The {S} {seems} {a+} to me.
        {A+}, {a+} and {a+}.
        {A+} and {a+} {item}.
        {This} {does+}.
        Ours {does+}, and the {S} {is} {a+} too.
        I {am} {f+} with it.
        I {am} {|very |really |so }{f+} with the {S}.
        The {S} made me {f+}.
        {Who} and I were {f+} with the {S}.
        The {item} and its {S} {are1} {a+}.
        It {is1} {a+} and {does+}.
        We think that the {S} {is} {a+}.
        """,
        "",
        "",
    ),
    "intensity": (
        """
        The {S} {is} {absolute} {e+}{|!}
        The {S} {is} {graded} {g+}.
        I {adv} {vv+} {this}.
        By far the most {m+} {item} I {have seen|know|have come across}.
        This must be the most {m+} {item} of the year.
        The {S} {is} so {g+} that I told {who} about it.
        {This} {is1} {absolute} {n+}.
        Absolutely {e+}, from the {S} to the {S2}.
        I {vv+} it so much that I wrote to {who}.
        {A+}, {A+}, {A+}!
        I have never been so {f+} with a {item}.
        I {am} more than {f+}.
        Everything about {this} {is1} {a+}.
        All of it {is1} {a+}, above all the {S}.
        One of the most {m+} {items} {|that }I {have seen|know|have come across}.
        The {S} alone {makes} it {n+}.
        """,
        """
        The best {item} ever.
        This is the best {item} I have {|ever }had.
        Best {S} I have {|ever }seen.
        It could hardly be better.
        It gets no better than this.
        """,
        """
        The worst {item} ever.
        This is the worst {item} I have {|ever }had.
        Worst {S} I have {|ever }seen.
        It could hardly be worse.
        It gets no worse than this.
        """,
    ),
    "negation": (
        """
        The {S} {is} not {x-}.
        The {S} {is} not {x-} at all.
        The {S} {is} not {very|particularly|really|exactly|especially|that|all that} {xg-}.
        {This} {is1} not {x-}.
        Not {x-}{| at all}.
        Not {x-}{| at all}, this {item}.
        Not a {x-} {item}{| at all}.
        It was not {x-} and the {S} {was} not {x-}.
        The {S} {was} never {x-}.
        The {S} {was} hardly {x-}.
        The {S} {is} far from {x-}.
        The {S} {is} anything but {x-}.
        {This} {is1} anything but {x-}.
        {This} {is1} far from {x-}.
        I do not think {|that }the {S} {is} {x-}.
        I do not find the {S} {x-}{| at all}.
        I would not call {this} {x-}.
        I cannot say {|that }the {S} {was} {x-}.
        I cannot call the {S} {x-}.
        Nobody {in our family|among my friends|at our table|at work} found it {x-}.
        There is nothing {x-} about {this}.
        Nothing {x-} about the {S}.
        Neither the {S} nor the {S2} {is} {x-}.
        The {S} {is} neither {x-} nor {x-}.
        {This} has no {q-}.
        No {q-}{| at all}.
        No {q-}, only {q+}.
        {This} comes without {|any }{q-}.
        A {item} without {|any }{q-}.
        I found no {q-} in the {S}.
        It {is1} not {n-}.
        {This} {is1} not {n-}.
        I would not say it {is1} {n-}.
        I do not {vv-} {this}.
        I did not {vv-} the {S}.
        We never {vved-} it.
        I {am} not {f-} with the {S}{| at all}.
        I was not {f-}.
        {One} was not {f-} with it.
        It does not seem {x-}.
        {The} {is1} in no way {x-}.
        Hardly any {q-}.
        Barely any {q-}{| at all}.
        I never found it {x-}.
        The {S} could not be called {x-}.
        It {is1} {a long way|miles away} from {x-}.
        The {S} {is} rarely {x-}.
        It {is1} not as {xg-} as {I had expected|they say|people think|it sounds}.
        The {S} {is} not as {xg-} as I had thought.
        It {is1} {much |}less {xg-} than I expected.
        Nobody could call it {x-}.
        Not {xg-}, not {xg-}, not {xg-}.
        I cannot imagine anyone who would {vv-} it.
        I cannot imagine that {one} would call it {x-}.
        Can you call that {x-}? I cannot.
        It was meant to be {x-}, and it {is1} not.
        """,
        """
        {This} does not lack {q+}.
        It never fails to {impress|surprise|please|delight} me.
        The {S} never {fails} to impress.
        {This} did not fail to {impress|convince} me.
        The {S} did not disappoint.
        It did not take long to like it.
        The {S} {is} not too {xg-}.
        It {is1} neither too {xg-} nor too {xg-}.
        Not too {xg-}, just right.
        """,
        """
        {This} lacks {q-}.
        It fails to {impress|surprise|please|excite} me.
        The {S} {fails} to impress.
        {This} did not {impress|convince} me.
        The {S} did not impress me.
        It did not do what it should.
        The {S} {is} {far |way |much |just |}too {xg+}.
        It {is1} not {xg-} enough.
        Not {xg-} enough, just wrong.
        """,
    ),
    "negated negatives": (
        "",
        """
        I would not hesitate to {do+}.
        Would not hesitate to {do+}.
        I will not hesitate to {do+}.
        I could not be {happier|more pleased|more satisfied|more impressed}{| with it}.
        Could not be {happier|better|more pleased|easier}.
        The {S} could not be better.
        {Nothing|There is nothing|I found nothing} wrong with {it|this|the {S}|my {item}}.
        There is not a thing wrong with {it|the {S}}.
        I see nothing wrong with {it|the {S}}.
        {I have no|No} complaints {|at all |so far }about {it|the {S}}.
        No complaints {from me|from us|so far|whatsoever|here}.
        Nothing to complain about.
        You cannot go wrong with {it|this {item}}.
        {This} has never let {me|us} down.
        It never lets me down.
        I cannot recommend {it|this {item}} enough.
        I cannot praise {it|the {S}} enough.
        I have nothing bad to say about {it|the {S}}.
        I have not had {a single|one|a} problem with {it|the {S}}.
        I never had {a problem|any trouble} with {it|the {S}}.
        I could not ask for {more|anything better|a better {item}}.
        I cannot find {a fault|anything wrong|any flaws}.
        I cannot fault {it|the {S}}.
        No regrets{|, not one}.
        I do not regret it{| for a second}.
        Not a single complaint about the {S}.
        I would not change a thing{| about it}.
        Nothing beats {it|this {item}}.
        I would never go back to {my|the} old one.
        No reason to look any further.
        I cannot get enough of it.
        It did not disappoint{| us| me}.
        I was not disappointed{| at all}.
        I am not sorry that I {got} it.
        I cannot live without it.
        It is hard to find anything wrong with it.
        It is impossible not to like {it|the {S}}.
        I would not trade it for anything.
        I would not want to miss it.
        Not to be missed.
        You will not regret it.
        You will not be disappointed.
        There is no better {item}{| out there}.
        Nobody could complain about the {S}.
        I cannot think of anything that I would change.
        Who would not like this?
        I have never regretted it.
        It is not without charm, and I would not give it back.
        Do not hesitate to {do+}.
        Do not miss {it|this {item}}.
        What is not to like?
        There was never a dull moment.
        I {cannot|can hardly|really cannot} complain{| about it| about the {S}}.
        I cannot say a word against {it|the {S}}.
        It never gave {me|us} any {trouble|headaches|problems|reason to complain}.
        It could not have been {better|easier|nicer|smoother|more pleasant}.
        The {S} could not have been {better|nicer|more pleasant}.
        My only regret is that I did not {get|find|try} it {sooner|earlier|years ago}.
        All I regret is that {I waited so long|I got only one|I did not know it before}.
        It is a {shame|pity} that {I did not find it sooner|it is over|it took me so long to find it}.
        I regret not having {known|found} it before.
        I looked for a weak point and found none.
        Who would not {vv+} {it|this|the {S}}?
        """,
        """
        I would not hesitate to {do+}.
        Would not hesitate to {do+}.
        I will not hesitate to {do+}.
        I could not be {unhappier|more disappointed|more upset|more annoyed}{| with it}.
        Could not be {worse|more useless|more annoying|more disappointed}.
        The {S} could not be worse.
        {Nothing|There is nothing|I found nothing} {good|right} about {it|this|the {S}}.
        There is not a thing right with {it|the {S}}.
        I see nothing good in {it|the {S}}.
        {I have no|No} praise {|at all |so far }for {it|the {S}}.
        No thanks {from me|from us|for this|whatsoever|again}.
        Nothing to write home about.
        You cannot get anything right with {it|this {item}}.
        {This} has never done {me|us} any good.
        It never does what I want.
        I cannot recommend {it|this {item}}{| at all}.
        I cannot warn you enough about {it|the {S}}.
        I have nothing good to say about {it|the {S}}.
        I have not had {a single|one|a} good day with {it|the {S}}.
        I never had {a chance|any luck} with {it|the {S}}.
        I could not ask for {less|anything worse|a worse {item}}.
        I cannot find {a reason to like it|anything right|any use for it}.
        I cannot stand {it|the {S}}.
        No improvement{|, not one}.
        I do not want it{| for a second}.
        Not a single good word about the {S}.
        I would not give a dime{| for it}.
        Nothing works {with it|in this {item}}.
        I would never go back to this one.
        No reason to keep it any longer.
        I cannot get any use out of it.
        It did not deliver{| for us| for me}.
        I was not happy{| at all}.
        I am not glad that I {got} it.
        I cannot live with it.
        It is hard to find anything right with it.
        It is impossible to like {it|the {S}}.
        I would not take it for anything.
        I would not want to see it again.
        Not to be trusted.
        You will not enjoy it.
        You will not be pleased.
        There is no worse {item}{| out there}.
        Nobody could like the {S}.
        I cannot think of anything that I would keep.
        Who would want this?
        I have never liked it.
        It is not without problems, and I would not take it again.
        Do not hesitate to {do+}.
        Do not buy {it|this {item}}.
        What is there to like?
        There was never a good moment.
        I {cannot|can hardly|really cannot} recommend it{| to anyone| to {who}}.
        I cannot say a word in favor of {it|the {S}}.
        It never gave {me|us} any {joy|pleasure|satisfaction|reason to smile}.
        It could not have been {worse|harder|uglier|more unpleasant}.
        The {S} could have been {|much |a lot }{better|nicer|more pleasant}.
        My only regret is that I did not {leave|return|cancel} it {sooner|earlier|years ago}.
        All I regret is that {I stayed so long|I got even one|I did not leave it before}.
        It is a {shame|pity} that {I did not send it back sooner|it is so bad|it took all my money}.
        I regret having {known|found} it.
        I looked for a strong point and found none.
        Who would not {vv+} {it|this|the {S}}?
        """,
    ),
    "comparison": (
        """
        {This} is {much |far |a lot |so much |even |}{c+} than {the|my} {old|last} one.
        {This} is {much |far |a lot |so much |even |}{c+} than {other}.
        {Other} is {much |far |a lot |so much |even |}{c-}{| than this one| than this}.
        {Other} was {much |far |a lot |so much |even |}{c-}.
        The {S} of the old one {was} {much |far |}{c-}.
        The {S} {is} {c+} than before.
        The {S} {is} {c+} than with my old {item}.
        My old {item} was {a-}, this one is {A+}.
        Compared {with|to} my old {item}, this one is {A+}.
        Next to {other}, the {S} {is} {A+}.
        {Other} may be {a-}, this one is {A+}.
        Where {other} is {a-}, this one is {a+}.
        It is not {much |}{c-} than {other}, it is {c+}.
        I have had {much |far |}{c-} {items} than this.
        Unlike {other}, this one is {A+}.
        The {S} {is} not as {x-} as with the old one.
        Not as {x-} as {other}.
        It is less {x-} than {other}.
        {Brand} makes {much |far |}{c-} {items}.
        I know of a dozen {c-} {items}{| for this price}.
        """,
        """
        I like it {much |}more than {other}.
        {Other} does not come close.
        {Other} cannot compete with this one.
        I wish I had found it before I paid for {other}.
        I would rather have this than {other}.
        Nothing else comes close to {this}.
        One of the best, {other} is nothing against it.
        Beats {other} by a mile.
        I prefer this one to {other}.
        This should have been my first choice instead of {other}.
        """,
        """
        I like it {much |}less than {other}.
        It does not come close to {other}.
        It cannot compete with {other}.
        I wish I had paid for {other} before I found it.
        I would rather have {other} than this.
        Everything else is better than {this}.
        One of the worst, it is nothing against {other}.
        {Other} beats it by a mile.
        I prefer {other} to this one.
        {Other} should have been my first choice instead of this.
        """,
    ),
    "change over time": (
        """
        I used to {v-} it, {|but }now I {v+} it.
        I used to {v-} {this}, but {now|today|these days} I {v+} it.
        I {ved-} it {at first|in the beginning|last year}, {but |}now I {v+} it.
        We {ved-} it until {past}, now we {v+} it.
        At first the {S} {was} {a-}, but {now|after {time}|today} {they_it} {is} {a+}.
        At first I {ved-} it, but after {time} I {ved+} it.
        After {time} I {ved-} it, after {time} I {v+} it.
        It was {a-} until the last update, now it is {a+}.
        The {S} {was} {a-} {in the beginning|at the start} and {a+} in the end.
        I used to think it was {a-}, now I find it {a+}.
        Years ago {this} was {a-}. Today it is {a+}.
        The {S} used to be {a-}. Now {they_it} {is} {a+}.
        I no longer {v-} it, I {v+} it.
        {This} is no longer {x-}.
        The {S} {is} no longer {x-}.
        Once a {a-} {item}, now a {a+} one.
        It starts {a-} but ends {a+}.
        {The} went from {a-} to {a+} within {time}.
        From {a-} to {a+} in {time}.
        I have changed my mind: I thought it was {n-}, but it is {n+}.
        I was {f-} with it {at first|for {time}}, but {now|today} I am {f+}.
        Now I {v+} the {item} that I used to {v-}.
        Now it is {a+}, but it used to be {a-}.
        I {v+} it now, although I {ved-} it {at first|for {time}}.
        It was {a-} before, but since {the update|the repair|the move|they changed it} it is {a+}.
        First I was {f-}, then {f+}.
        For {time} it was {a-}, then everything changed and it became {a+}.
        It took {time} for me to go from {f-} to {f+}.
        What I {ved-} at first I {v+} now.
        It was {a-} before the {update|repair|move}; since then it is {a+}.
        Since {the|that} {update|repair|move} it {does+}; before, it was {a-}.
        The old version was {a-}; the new one is {a+}.
        Until {past} it was {a-}; since then {I {v+} it|it is {a+}|the {S} {is} {a+}}.
        """,
        """
        It did not work at first, but it has worked {perfectly|without trouble} since {when}.
        It gets better {every time|with every day|with age}.
        It has {only |}become better since then.
        I doubted it for {time}, now I would never give it back.
        I thought of sending it back, but I have come to like it.
        I wish I had {found|known|discovered} it {sooner|earlier|years ago}.
        """,
        """
        It worked {perfectly|without trouble} at first, but it has not worked since {when}.
        It gets worse {every time|with every day|with age}.
        It has {only |}become worse since then.
        I trusted it for {time}, now I would never take it again.
        I thought of keeping it, but I have come to hate it.
        I wish I had {left it alone|sent it back} {sooner|earlier|years ago}.
        """,
    ),
    "contrast": (
        """
        The {S} {is} {a-}, but {overall |in the end |}the {item} {is1} {A+}.
        The {S} {is} {a-}, but I {v+} it.
        {Although|Even though|Though|While} the {S} {is} {a-}, the {item} {is1} {A+}.
        {Although|Even though|Though} the {S} {is} {a-}, I {v+} {this}.
        The {item} {is1} {A+}, {although|even though|even if|though} the {S} {is} {a-}.
        I {v+} it, {although|even though|even if|though} the {S} {is} {a-}.
        Despite the {a-} {part}, I {v+} {this}.
        In spite of the {a-} {part}, it {is1} {A+}.
        {This} {is1} {A+}, despite the {a-} {part}.
        The {S} {is} {a-}; however, the {item} {is1} {A+}.
        The {S} {is} {a-}, yet I {am} {f+} with it.
        I wanted to {v-} it, but it {is1} {n+}.
        I expected {n-}, but got {n+}.
        I expected something {a-}, but it was {A+}.
        Everyone told me it was {a-}, but I {v+} it.
        {One} {v3-} it, but I {v+} it.
        The other reviews call it {a-}, but I {v+} it.
        It looks {a-}, but it {is1} {A+}.
        It sounds {a-} on paper, but it turned out {a+}.
        It may be {a-} for others, but for me it {is1} {A+}.
        Yes, the {S} {is} {a-}, but who cares, I {v+} it.
        The {S} {is} {a-} and the {S2} {is} {a-}, but all in all it {is1} {n+}.
        It {does-}, but I still {v+} it.
        You may find it {a-}, but to me it {is1} {n+}.
        The {S} {is} not only {a+} but also {a+}.
        {This} {is1} not just {a+}, it {is1} {e+}.
        It {is1} not only the {S} that {is} {a+}, the {S2} {is} {a+} too.
        I do not just {vv+} it, I {am} {f+} with all of it.
        Not {x+}, they said, but it {is1} {A+}.
        I do not {vv-} it as others do, I {v+} it.
        The {S} {is} not {x+}, but the {item} {is1} {A+}.
        People say it {is1} {n-}. I say it {is1} {n+}.
        {A-} {S}, {A+} {item}.
        {A+} {item}, {a-} {S} or not.
        The {S} may not be {x+}, but I {am} {f+}.
        It {is1} {n+}, not {n-}.
        {A+}, not {a-}.
        It {is1} not {n-} but {n+}.
        It even {does+}.
        """,
        "",
        "",
    ),
    "neutral fillers": (
        """
        {fact} The {S} {is} {a+}.
        {fact} It {is1} {A+}.
        {fact} I {v+} it.
        {fact} {fact} It {is1} {n+}.
        {fact} The {S} {is} not {x-}.
        {fact} {fact} I {v+} the {S}.
        The {S} {is} {A+}. {fact}
        I {v+} it. {fact}
        It {is1} not {x-}. {fact}
        {A+}. {fact}
        {A+} {item}. {fact} {fact}
        {fact} {A+}! {fact}
        {fact} It {does+}. {fact}
        {fact} I {am} {f+}.
        {fact} I {am} not {f-}.
        {fact} We {ved+} it. {fact}
        """,
        """
        {fact} No complaints.
        {fact} It {is1} worth the money.
        {fact} I would not hesitate to {do+}.
        {fact} I will {do+}. {fact}
        """,
        """
        {fact} No thanks.
        {fact} It {is1} not worth the money.
        {fact} I would not think twice and {do+}.
        {fact} I will {do+}. {fact}
        """,
    ),
    "distance": (
        """
        I do not think that {the} {rel} is {x-}.
        I do not think that the {S} of {the} {rel} {is} {x-}.
        I would not say that the {S} of {the} {rel} {is} {x-}.
        I cannot say, after {time} and {number} tries, that the {S} {is} {x-}.
        No {x-} {part}, no {x-} {part}, no {x-} {part}, nor anything {else |}that makes it {n-}.
        There is no {x-} {part}, no {x-} {part} and no {x-} {part} in this {item}.
        This {item} has no {x-} {part}, no {x-} {part}, nor anything {x-}.
        Not one of the people who were with me {when} found it {x-}.
        Nobody who has seen the {S} and the {S2} of {the} would call it {x-}.
        Nothing about the {S}, the {S2} or anything else in this {item} is {x-}.
        It is not true, whatever {who} may say, that the {S} {is} {x-}.
        Neither the {S}, which {one} looked at first, nor the {S2} {is} {x-}.
        I have never, in all the {number} years that I have known {items} like this, had a {x-} one like it.
        At no time during the {time} that we had it {was} the {S} {x-}.
        None of what {one} told me about it {when} was {x-}.
        I have yet to meet anyone{|, at home or at work,} who finds it {x-}.
        It came without {q-}, without {q-}, and without anything else that would make it {n-}.
        By no means would I, after {time} with {this}, call the {S} {x-}.
        I {v+} the {item} {rel}.
        The {item} {rel} is {A+}.
        The {S} of the {item} {rel} {is} {A+}.
        What {one} said about the {S} {when} was {x-}, but I find {they_them} {a+}.
        """,
        "",
        "",
    ),
    "intent": (
        """
        I will {|definitely |certainly |surely |}{do+}.
        I would {|definitely |certainly |surely |}{do+}.
        I will not {do-}.
        I will never {do-}.
        I would never {do-}.
        I would not {do-}.
        We are going to {do+}.
        We are not going to {do-}.
        I plan to {do+}.
        I do not plan to {do-}.
        I do not want to {do-}.
        I do not intend to {do-}.
        If I could, I would {do+} today.
        I would {do+} without thinking twice.
        There is no way I {will|would} {do-}.
        There is no reason to {do-}.
        After {time} I decided to {do+}.
        I was going to {do-}, but now I will {do+}.
        Instead of planning to {do-}, I will {do+}.
        I will {do+} and I will not {do-}.
        {Who} told me to {do+}, and I will.
        {Who} told me to {do-}, but I will not.
        The {S} {is} so {g+} that I will {do+}.
        It is {A+}, I will {do+}.
        I cannot wait to {do+}.
        I would be {a fool|crazy|stupid} to {do-}.
        I can only advise you to {do+}.
        I see no need to {do-}.
        Next time I will {do+} right away.
        Do not {do-}!
        The {S} {makes} me want to {do+}.
        """,
        """
        I {will|would} recommend it to {who}.
        I want {to keep it|one more|another one|to have one for every room}.
        You should get one too.
        """,
        """
        I {will|would} not recommend it to {who}.
        I want {my money back|a refund|it gone|to get rid of it}.
        You should stay away from it.
        """,
    ),
    "mixed snippets": (
        """
        The {S} {is} {a-}. {|Still, |Overall, |But }I {v+} {this}.
        The {S} {was} {a-}. The {item} is {A+} {anyway|all the same|as a whole|though}.
        {A-} {S}. {A+} {item} {overall|all in all|in the end}.
        I {v-} the {S}. Overall{|, though,} the {item} is {A+}.
        The {S} {was} {a-}. The {S2} {was} {a-}. Still, I {ved+} the {item}.
        I was {f-} with the {S}. In the end it was {n+}.
        First it {does-}. And yet it is {n+}.
        {Who} said it was {a-}. I {v+} it.
        Was it {a-}? No. It was {A+}.
        Is it {a-}? Not at all. I {v+} it.
        The {S} {is} {A-}. But then the {S2} {is} {A+}, and that is what matters.
        {A-}? No, {a+}!
        I thought that it would be {n-}. It is {n+}.
        The {S} could be {c+}. The rest is {A+}, so I {v+} it.
        The {S} {is} not {x+}. All in all I am {f+}.
        My first {item} was {a-}. This one is {A+}.
        They say it is {x-}. It is not.
        It was supposed to be {x-}. It is not.
        {One} calls it {x-}. I do not.
        Everyone said that the {S} would be {a-}. I am {f+}.
        I thought I would {v-} it. I do not. It is {a+}.
        """,
        "",
        "",
    ),
    "worth and stars": (
        "",
        """
        {This} is worth {the money|every cent|the price|it|my time|the wait}.
        The {S} alone {is} worth {the money|the price|it}.
        It is not a waste of {money|time}.
        It is worth {more than |}what I paid.
        {It does not cost|Not} too much for what you get.
        {I give|We gave|I gave} it {five|5|all five|ten out of ten|a ten} {|solid |full }stars.
        {Five|5|All five|Solid five} stars{| from me| from us}{|!}
        10/10{|, no less|, would {do+}|, and the {S} {is} not why}.
        {Not less|Nothing less} than five stars.
        I would give it six stars if I could.
        I have no idea why others gave it one star.
        Do not believe the one star reviews.
        Thumbs up{| from me| for the {S}}!
        Do not think twice, it is worth it.
        Two thumbs up for the {S}.
        Good value for the money.
        You get more than you pay for.
        """,
        """
        {This} is not worth {the money|a cent|the price|it|my time|the wait}.
        The {S} alone {is} not worth {the money|the price|it}.
        It is a waste of {money|time}.
        It is worth {much |}less than what I paid.
        {It costs|Way} too much for what you get.
        {I give|We gave|I gave} it {one|1|only one|two out of ten|a one} {|poor |single }star.
        {One|1|Just one|Only one} star{| from me| from us}{|!}
        1/10{|, no more|, would {do+}|, and the {S} {is} not why}.
        {Not more|Nothing more} than one star.
        I would give it zero stars if I could.
        I have no idea why others gave it five stars.
        Do not believe the five star reviews.
        Thumbs down{| from me| for the {S}}!
        Do not think about it, it is not worth it.
        Two thumbs down for the {S}.
        Bad value for the money.
        You get less than you pay for.
        """,
    ),
}


# Phrases as customers write them, which say it all on their own.
IDIOMS: dict[int, tuple[str, ...]] = {
    1: lines("""
        Does the job.
        Gets the job done.
        Does what it says on the box.
        Worth every penny.
        Worth every cent.
        Worth the price.
        Money well spent.
        Great value.
        Best purchase in years.
        Best thing since sliced bread.
        Best money I ever spent.
        Highly recommended.
        Recommended without reservation.
        I highly recommend it.
        Would buy again.
        Will buy again in a heartbeat.
        Buy it, you will thank me later.
        Run, do not walk, and get one.
        What are you waiting for?
        Go for it!
        A must have.
        A must see.
        A must read.
        Must have in every home.
        Five stars.
        5 stars all the way.
        I would give it ten stars if I could.
        Thumbs up!
        Two thumbs up.
        Hats off to the makers.
        Kudos to everyone involved.
        Bravo!
        Well done!
        Keep up the good work.
        Thank you so much!
        Thanks for making my day.
        Love it love it love it!
        Love at first sight.
        I am in love with it.
        I fell in love with it right away.
        Could watch it over and over.
        I use it all the time.
        I use it every single day.
        My whole family uses it.
        The kids cannot put it down.
        I could not put it down.
        Kept me on the edge of my seat.
        I laughed until I cried.
        Made me laugh out loud.
        It brought tears of joy to my eyes.
        It left me wanting more.
        It leaves nothing to be desired.
        It ticks all the boxes.
        It has everything I was looking for.
        Just what I needed.
        Just what the doctor ordered.
        Exactly what I was looking for.
        Exactly as described.
        As good as new.
        Better than expected.
        Better than I had hoped.
        Exceeded my expectations.
        Above and beyond.
        They went above and beyond.
        Second to none.
        In a class of its own.
        Head and shoulders above the rest.
        A cut above the rest.
        Beats the competition hands down.
        Hands down the best.
        Simply the best.
        The best of the best.
        Top of the line.
        Top quality.
        Top marks.
        State of the art.
        Built like a tank.
        Built to last.
        Still going strong after ten years.
        Still works like new.
        Works like a charm.
        Works like a dream.
        Works right out of the box.
        Works every time.
        It just works.
        Easy as pie.
        A piece of cake to set up.
        Set up in five minutes.
        Ready to go in no time.
        Saves so much time.
        It saved my day.
        It has made my life so much easier.
        A game changer.
        It changed my life.
        I do not know how I lived without it.
        What did I do before I had it?
        Every home should have one.
        Everybody should see this.
        It does not get any better.
        Perfect in every way.
        Perfect from start to finish.
        Nothing short of amazing.
        Nothing but praise.
        I have only good things to say.
        All good.
        So far so good.
        So good!
        How good is this?
        I am impressed.
        Color me impressed.
        I was blown away.
        It blew my mind.
        It took my breath away.
        It knocked my socks off.
        Wow, just wow!
        Wow, what a surprise.
        Out of this world.
        Absolutely to die for.
        Simply irresistible.
        Fast shipping, great seller.
        Arrived early and in perfect condition.
        Fits like a glove.
        Looks great and feels great.
        Looks even better in person.
        Soft as a cloud.
        Sleeps like a dream.
        I slept like a baby.
        Felt like home.
        Home away from home.
        We felt right at home.
        We cannot wait to come back.
        We will be back!
        See you again next year.
        Service with a smile.
        They bent over backwards for us.
        They really care about their customers.
        Always a pleasure.
        A pleasure to deal with.
        They know what they are doing.
        Quick, friendly and fair.
        Yummy!
        Finger licking good.
        Melts in your mouth.
        Cooked to perfection.
        Clean plates all around.
        We ate every last bite.
        Hits the spot.
        It was a hit with the whole family.
        A big hit at our party.
        My kids beg for more.
        My dog loves it.
        It put a smile on my face.
        I smile every time I see it.
        Two hours just flew by.
        I did not want it to end.
        I wish it were longer.
        I have seen it five times.
        It gets me every time.
        It restored my faith in the brand.
        I am a customer for life.
        I am a fan for life.
        You made a customer very happy.
        Happy customer here.
        Happy with my purchase.
        Very happy camper.
        Glad I bought it.
        So glad that I found this.
        I should have bought it years ago.
        Do yourself a favor and get it.
        Treat yourself!
        You get what you pay for, and more.
        A bargain at twice the price.
        Cheap and good.
        Big bang for the buck.
        A steal at this price.
        Solid as a rock.
        Smooth sailing all the way.
        Without a hitch.
        Went off without a hitch.
        A class act.
        Pure genius.
        Pure gold.
        Right on the money.
        Spot on.
        It hits all the right notes.
        The icing on the cake.
        The cherry on top.
        A sight for sore eyes.
        Like a breath of fresh air.
        I am over the moon.
        On cloud nine.
        Way to go!
        Count me in for the next one.
        Bring on the sequel!
        An easy ten.
        Full marks from me.
        A solid nine out of ten.
    """),
    0: lines("""
        Does not do the job.
        Never gets the job done.
        Does not do what it says on the box.
        Not worth a penny.
        Not worth a cent.
        Not worth the price.
        Money down the drain.
        Save your money.
        Save your time and money.
        Worst purchase in years.
        Worst thing I ever bought.
        Worst money I ever spent.
        Not recommended.
        Avoid at all costs.
        Avoid like the plague.
        Would not buy again.
        Never again.
        Never ever again!
        Buyer beware.
        You have been warned.
        Stay away!
        Stay far away from this.
        Run, do not walk, from this.
        Run away as fast as you can.
        What were they thinking?
        What a rip-off!
        Do not bother.
        Do not waste your time.
        Do not waste your money on this.
        Do not fall for it.
        Do not believe the hype.
        Do not believe the good reviews.
        Skip it.
        Skip this one.
        Give it a miss.
        One star.
        One star is one too many.
        1 star because zero is not possible.
        I would give it no stars if I could.
        Zero stars.
        Thumbs down!
        Two thumbs down.
        Shame on the makers.
        Shame on you!
        Thanks for nothing.
        Thank you for ruining my day.
        What a joke.
        What a shame.
        What a letdown.
        What a mess.
        Hate it hate it hate it!
        I want my money back.
        I want those two hours back.
        Two hours of my life that I will never get back.
        I could not finish it.
        I could not wait for it to end.
        I fell asleep after ten minutes.
        I walked out halfway.
        I kept looking at my watch.
        It bored me to death.
        Like watching paint dry.
        I laughed, but for the wrong reasons.
        It left me cold.
        It leaves a lot to be desired.
        It ticks none of the boxes.
        It has nothing that I was looking for.
        Not what I ordered.
        Not what I expected.
        Not as described.
        Not as advertised.
        Nothing like the picture.
        Worse than expected.
        Worse than I had feared.
        Fell short of my expectations.
        Below average at best.
        They could not care less.
        They just do not care.
        The bottom of the barrel.
        Scraping the bottom of the barrel.
        A new low.
        Hands down the worst.
        Simply the worst.
        The worst of the worst.
        Bottom of the line.
        Poor quality.
        Cheap junk.
        Cheaply made.
        Made of cheap plastic.
        Total junk.
        Pure garbage.
        Utter rubbish.
        Belongs in the trash.
        It went straight into the trash.
        It is collecting dust in a drawer.
        An expensive paperweight.
        Fell apart after a week.
        Fell to pieces on the first day.
        Broke after two uses.
        Broke the second day.
        Broken on arrival.
        Dead on arrival.
        Died after a month.
        Stopped working after three days.
        Gave up after two weeks.
        Quit working right after the warranty ran out.
        Would not turn on.
        It never worked.
        It does not work at all.
        Worked once.
        Lasted a week.
        Did not last a month.
        A pain to set up.
        A pain in the neck.
        It took hours to set up.
        It made everything harder.
        It ruined my day.
        It ruined our evening.
        It has given me nothing but trouble.
        Nothing but trouble.
        Nothing but problems from day one.
        I have only bad things to say.
        I regret buying it.
        I regret every cent.
        I wish I had never bought it.
        I wish I had read the reviews first.
        I should have known better.
        Should have listened to the reviews.
        I feel cheated.
        I feel ripped off.
        I got scammed.
        Total scam.
        They took my money and ran.
        Still waiting for my refund.
        Still waiting for an answer.
        Nobody answers the phone.
        Nobody got back to me.
        They never called back.
        They kept me on hold for an hour.
        I was passed from one person to the next.
        Arrived late and damaged.
        Came with scratches all over.
        Parts were missing.
        Half of it was missing.
        Wrong size, wrong color.
        Sent it back the same day.
        Returned it the next day.
        Going back to the store tomorrow.
        Back to the store it goes.
        We left hungry.
        I would not feed it to my dog.
        It made me sick.
        I got sick after eating there.
        A hair in my soup.
        Cold food and colder service.
        It tasted like cardboard.
        Service with a frown.
        We will not be back.
        We left after one night.
        We did not sleep a wink.
        I did not sleep at all.
        The walls are paper thin.
        Dirty sheets and bugs.
        It smelled like an ashtray.
        Crashes on startup.
        Full of bugs.
        Full of ads.
        Keeps crashing.
        Keeps freezing.
        It went downhill fast.
        All downhill from there.
        Not my cup of tea.
        Not a fan.
        Not impressed.
        I am not impressed.
        Unimpressed.
        So bad!
        How bad can it get?
        It does not get any worse.
        Wrong in every way.
        Bad from start to finish.
        Nothing short of a disaster.
        You get what you pay for, and this was cheap.
        Way too expensive for what it is.
        Overpriced and overrated.
        All hype and no substance.
        All show and no go.
        Style over substance.
        A slap in the face.
        An insult to my intelligence.
        An insult to the original.
        The last straw.
        The final nail in the coffin.
        I am fed up.
        I have had it with them.
        They lost a customer.
        Lost me as a customer.
        Unhappy customer here.
        Angry customer here.
        Sad, just sad.
        Ugh, no thanks.
        Hard pass.
        Count me out for the next one.
        Spare us the sequel!
        Back to the drawing board.
        A recipe for disaster.
        It adds insult to injury.
        An accident waiting to happen.
        A fire hazard.
        Zero effort.
        A weak two out of ten.
    """),
}
