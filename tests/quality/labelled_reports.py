"""The labelled reports: invented people, each with what was told about them and by how many.

`SETS` maps a situation to its reports. Two reports belong together if they name a subject in common. Look-alikes are
situations in which reports share something and do not belong together.
"""

from __future__ import annotations

from dataclasses import dataclass

from heedline.index.extraction.extract import extract
from heedline.index.extraction.rules import MatchingRules
from heedline.index.extraction.values import Extract, ReportText


@dataclass(frozen=True)
class Labelled:
    """One invented report: whom it is about, its account, and its answers as (what it holds, text)."""

    about: frozenset[str]
    text: str
    answers: tuple[tuple[str, str], ...] = ()

    def read(self, rules: MatchingRules, *, against: Extract | None = None) -> Extract:
        """Return what is read from it, or of that what a comparison with another report needs."""
        parts = [ReportText(self.text, "text", "Report")]
        parts += [ReportText(text, holds, "Answer") for holds, text in self.answers]
        return extract(parts, rules, indexed=against is None, against=against)


def told(about: str, text: str, **answers: str) -> Labelled:
    """Return a report. Answers are given by what they hold."""
    return Labelled(frozenset(about.split()), text, tuple(answers.items()))


PEOPLE = [
    # one boy under three spellings, told by a teacher, an aunt and a club
    told("boy", "A pupil of ours, Caoimhin Tierney, draws symbols in his books and says he will be famous soon. He was born on 4/9/2010.", name="Caoimhin Tierney"),
    told("boy", "My nephew Kevin Teirney has changed. He spends all night on a board about attacks. date of birth 04.09.2010.", name="Kevin Tierny"),
    told("boy", "A lad called Keevin Tierney at the boxing club showed films of killings on his phone to the others, 01632 960455 is his number."),
    told("boy", "the number 01632960455 sends films to children, he says his name is kevin tierney"),
    told("van", "A white van AB12 COE stood outside the hall three nights, two men photographed the doors and the cameras there.", registration="AB12 COE"),
    told("van", "Same white transit again, ab12c0e, now at the back of the sports ground. They measured the gate."),
    told("board", "Somebody posts plans under https://www.board.example/t/991?utm_source=a and signs as @iron_lad77, with lists of names."),
    told("board", "Found this thread board.example/t/991/ where people share lists. It is open to everyone without an account."),
    told("board", "The user on t.me/Iron_Lad77 asks who can get fertiliser and says that it has to be before the summer."),
    told("yusra", "A student, Yusra Haddad, asks in every seminar how to send money to fighters.", name="Yusra Haddad", email="y.haddad@college.example"),
    told("yusra", "Mail from Y.Haddad+private@college.example: she collects for fighters and asks us to keep it quiet."),
    told("cabdi", "Cabdi Maxamed Cali oo ku nool halkan ayaa dhalinyarada u sheega inay dagaalka aadaan.", name="Cabdi Maxamed Cali", place="7 Orchard Way", postcode="LS1 4AD"),
    told("cabdi", "Abdi Mohamed Ali, who lives at 7 Orchard Way LS1 4AD, tells the young men to go and fight.", name="Abdi Mohamed Ali"),
    told("pawel", "Mój sąsiad Paweł Woźniak ma w garażu chemikalia, ur. 17 marca 1984.", name="Paweł Woźniak"),
    told("pawel", "A Polish man, Pavel Vozniak, born 17/03/1984, buys acid in small lots at different shops.", name="Pavel Vozniak"),
    told("gwen", "Gwenllian ap Huw keeps a list of councillors and where they live, and says they will pay.", name="Gwenllian ap Huw", phone="07700 900821"),
    told("gwen", "There is a woman called Gwenlian Pugh who rings councillors at night from 07700 900 821 and threatens them."),
    told("jas", "Jaswinder Kor at the shop on the corner has a shotgun under the counter and talks of a raid. Her car is FIZ 1234.", name="Jaswinder Kor"),
    told("jas", "We saw Jasvinder Kaur with a gun in the boot of F1Z 1234 on Friday, she laughed about it.", name="Jasvinder Kaur"),
    told("omar", "عمر حداد يجمع المال للمقاتلين ويقول إنه سيسافر قريبا.", name="عمر حداد", handle="@omar.h_90"),
    told("omar", "My cousin Omar Haddad will leave for the war, he writes as @omar.h_90 and sells everything.", name="Omar Haddad"),
]  # fmt: skip

_RUMOUR = (
    "URGENT please share with all your groups. A friend who works for the council says that on Saturday at noon somebody "
    "will attack the shopping centre near the old bus station. Police know already but keep it secret to avoid panic. "
    "Keep your children at home and do not use the underground car park. Forward this to everyone you love."
)
RUMOUR = [
    told("rumour", _RUMOUR),
    told("rumour", "fwd: " + _RUMOUR.replace("Saturday", "Sunday").replace("noon", "two")),
    told("rumour", _RUMOUR.replace("A friend who works for the council", "My sister's husband, a nurse,") + " My mum got this today, is it true?"),
    told("rumour", _RUMOUR.split("Keep your")[0]),
    told("rumour", "I was sent this on my phone. " + _RUMOUR.replace("shopping centre near the old bus station", "shopping centre by the old bus station")),
    told("", "There will be a fair on Saturday at noon at the shopping centre, and I saw a man photograph all the doors of the car park twice."),
]  # fmt: skip

_FORENAMES = [
    "Harold",
    "Simone",
    "Idris",
    "Wanda",
    "Rohan",
    "Hodan",
    "Eoin",
    "Beata",
    "Tudur",
    "Nadia",
    "Carl",
    "Usha",
]
_SURNAMES = [
    "Marlow",
    "Quested",
    "Penhale",
    "Sorrell",
    "Tapper",
    "Yardley",
    "Brody",
    "Krol",
    "Prosser",
    "Zaki",
    "Nutley",
    "Rao",
]
_DEEDS = [
    "plays speeches at night and shouts that everybody will burn", "has three drums of something in the bathroom",
    "photographs the school from the balcony every day", "has visitors who carry long bags up after midnight",
    "told my son which street he would bomb first", "burns flags on the roof and films it",
    "orders knives, ten parcels in a month", "has maps of the station with red crosses on the wall",
    "asked me how long the police take to come here", "keeps a drone and flies it over the barracks",
    "gives children leaflets about dying for a cause", "has a recording of guards changing at the depot",
]  # fmt: skip
TOWER = [
    told(f"tower{at}", f"My neighbour {first} {last} in flat {at + 21}, 2 Larkfield Tower, M4 5QX {did}.")
    for at, (first, last, did) in enumerate(zip(_FORENAMES, _SURNAMES, _DEEDS, strict=True))
]
SWITCHBOARD = [
    told(f"board{at}", f"I am calling about {first} {last}, who {did}. You can reach us through the college on 01632 960 700.")
    for at, (first, last, did) in enumerate(zip(_FORENAMES[::-1], _SURNAMES, _DEEDS[5:] + _DEEDS[:5], strict=True))
]  # fmt: skip
HOUSEHOLD = [
    told("mother", "Rukhsana Bhatti at 9 Vale Road, S1 2PQ collects money on the street for fighters. Landline 01632 960811.", name="Rukhsana Bhatti"),
    told("kamran", "Kamran Bhatti of 9 Vale Road, S1 2PQ sends videos of beheadings round the class. The house has 01632 960811.", name="Kamran Bhatti"),
    told("daughter", "Saba Bhatti, 9 Vale Road S1 2PQ, has packed and says goodbye to her friends.", name="Saba Bhatti"),
    told("lodger", "The lodger at 9 Vale Road, S1 2PQ, Declan Rooney, has wires and clocks in his room. 01632 960 811.", name="Declan Rooney"),
    told("mother", "Mrs Ruksana Bhatti asked for money for the fight outside the market on Monday, number on the box 01632960811."),
]  # fmt: skip
GENERATIONS = [
    told("elder", "Stefan Kurek senior, born 2/2/1961, of 31 Elm Row, YO1 7AA, was seen digging in the wood at night.", name="Stefan Kurek"),
    told("younger", "Stefan Kurek, born 9 October 1989, of 31 Elm Row YO1 7AA, posts that he would die for it.", name="Stefan Kurek"),
    told("younger", "stefan kurek junior from 31 Elm Row, YO1 7AA says he will do it on a Friday", name="Stefan Kurek"),
    told("elder", "The old man, Stefan Kurek, dob 02/02/1961, bought fuse wire and a pipe.", name="Stefan Kurek"),
]  # fmt: skip
TWINS = [
    told("hasan", "Hasan Darwish, born 5/6/2004, 12 Canal Side, B1 1AA, boasts that he has joined.", name="Hasan Darwish"),
    told("husayn", "Husayn Darwish, born 5/6/2004, 12 Canal Side, B1 1AA, left for the airport with cash.", name="Husayn Darwish"),
    told("hasan", "Hassan Darwish (dob 05.06.2004) has a twin brother; he is the one who says that he has joined.", name="Hassan Darwish"),
]  # fmt: skip
MISSPELT = [
    # misspelt forenames inside a sentence, after no word such as "called"; each pair is told in two voices
    told("mulhern", "A lad at our boxing club, Keevin Mulhern, shows the younger ones films of killings and asks who would come with him."),
    told("mulhern", "My nephew Kevin Mulhearn has changed since the summer. He talks of nothing but attacks and will not eat with us."),
    told("eynon", "the van belongs to Daffydd Eynon and he has had people round with maps every thursday"),
    told("eynon", "Informant states that a plumber known to her as Dafydd Eynon boasts of a list of targets."),
    told("duale", "We used to play football and then Mahammed Duale showed us how it is done with a pipe."),
    told("duale", "Maxamed Ducaale ayaa dhalinyarada tusay sida qarax loo sameeyo, waan ka baqayaa.", name="Maxamed Ducaale"),
    told("choudhury", "Our sixth former, Immran Choudhury, has a list of teachers that he calls traitors."),
    told("choudhury", "I taught Imran Chaudhry until June; he wrote to me that the school has to pay for what it did."),
    told("zajonc", "Caller reports that her ex-partner Agnieshka Zajonc hides two pistols in the cellar."),
    told("zajonc", "Agnieszka Zając ma broń w piwnicy i mówi, że jej użyje.", name="Agnieszka Zając"),
    told("fletcher", "A boy in year ten, Daneil Fletcher, says that everybody will know him by the summer."),
    told("fletcher", "I drive the school bus and a Danny Fletcher on it draws the same sign on every window."),
    told("nasser", "My sister's boy, Ibraheim Nasser, says goodbye to everybody and gives his things away."),
    told("nasser", "Ibrahim Naser has sold his car and his tools this month and will not say what the money is for."),
]  # fmt: skip
CAPITALS = [
    told("", text)
    for text in (
        "They meet in the Green Dragon on Market Square, and from there they walk to Station Road with bags.",
        "A man filmed the cameras from a Northern Rail train, got off at Saint Mary Halt and ran towards Prince Street.",
        "He sat in the Green Dragon with a map, and on Monday he bought two knives at Garrett Motors.",
        "I work for Northern Rail and for Nicole Travel, and somebody cut our fence by Marlon Court.",
        "The stickers were on Prince Street, by Callum Wharf and by Marlon Court, and all had the same sign.",
        "He praised Hamas Brigade and Martian Empire and wore a badge of the Royal Marine Reserve.",
        "Two boxes stood by Callum Wharf for a week, with Nicole Travel written on them, and smelled of bleach.",
        "A guard from Garrett Motors saw the Royal Marine Reserve pass and heard somebody count aloud.",
    )
]
UNRELATED = [
    told("", text)
    for text in (
        "On the 3rd a grey estate drove slowly past the synagogue four times and the passenger filmed the guards at the gate.",
        "Two men in overalls asked the caretaker for the opening times of the army centre and left when he wanted a card.",
        "Somebody had cut the fence of the water works, and there were tins and a mattress behind the pump house.",
        "I found a rucksack by the steps of the town hall; a woman took it away before anybody came.",
        "A man in the queue at the arena counted people aloud and wrote the numbers on his arm.",
        "In our chemistry shop somebody bought all the peroxide for cash and would not say why.",
        "My brother in law reads out names of soldiers from a website and says that they are next.",
        "A flyer with instructions was put under the wipers of every car at the supermarket.",
        "The tenant before us left a notebook full of drawings of the underground and of times.",
        "Through the wall I hear somebody rehearse a goodbye message in English and another language.",
        "At prayers a stranger told the boys that school is forbidden and that they should come with him.",
        "A caller asked our reception which entrance the minister would use and rang off.",
        "The drone came over the power station again at dusk and hung above the switch yard.",
        "He burned his passport in the sink and laughed, my flatmate told me, and he has a ticket for Thursday.",
        "There are stickers of a forbidden group on the lamp posts all along the river.",
        "Our driver was offered money for his uniform and his pass, by a man he did not know.",
    )
]

SETS = {
    "people": PEOPLE,
    "forwarded rumour": RUMOUR,
    "tower block": TOWER,
    "switchboard": SWITCHBOARD,
    "household": HOUSEHOLD,
    "father and son": GENERATIONS,
    "twins": TWINS,
    "misspelt in a text": MISSPELT,
    "capitals that are no names": CAPITALS,
    "unrelated": UNRELATED,
}
