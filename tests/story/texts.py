"""Short reports that tests tell stories with; the places and people in them do not exist."""

FLOOD = (
    "The river Tamarin broke its banks above Velden early on Tuesday and flooded the lower half of the town. "
    "Rescue workers in boats moved four hundred people to a school on the hill, the mayor, Ilse Brandhof, said. "
    "Two bridges were closed, and the railway to the coast stands still until engineers have looked at the piers. "
    "The water is expected to reach its highest point on Wednesday morning and to fall slowly after that. "
    "Nobody was hurt, but eleven cows drowned on a farm below the weir. "
    "The regional government promised emergency payments to every household that had to leave its home."
)
FLOOD_OTHER_WORDS = (
    "Hundreds had to leave their homes in Velden after the Tamarin rose over its banks during the night. "
    "About four hundred of them spent the night in the school gymnasium, according to mayor Ilse Brandhof. "
    "Boats were the only way into the lower streets of the town. "
    "Trains to the coast are cancelled, since the piers of the railway bridge have to be examined first. "
    "Forecasters see the flood at its peak on Wednesday."
)
STRIKE = (
    "Bus drivers in Port Amsel walked out at four in the morning, and not one of the ninety depots sent a vehicle out. "
    "Their union wants a rise of six per cent and an end to shifts that are split in two. "
    "The operator called the demand out of reach and offered three per cent over two years. "
    "Schools stayed open, though one pupil in five did not arrive for the first lesson. "
    "Negotiations are to begin again on Friday with a retired judge in the chair."
)
WHEAT = (
    "The price of wheat fell for the fifth week as the harvest in the southern plains turned out larger than feared. "
    "A tonne for delivery in spring cost two hundred and eleven crowns at the close of the exchange in Halmen. "
    "Traders pointed to warm weather and to ships that are waiting in the strait with cheaper grain. "
    "Bakers said that they would not lower their prices before the new year. "
    "The farm association asked the ministry to buy for its reserve."
)


def join_paragraphs(*texts: str) -> str:
    return "\n\n".join(texts)
