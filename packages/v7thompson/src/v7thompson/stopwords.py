"""Words too common to tell one posting from another. Folded; applied to title and description only.

Kept short on purpose: a word that is merely frequent gets its small weight from the learner.
"""

from typing import Final

ENGLISH: Final = """
a an and are as at be been but by can d do for from had has have he her his how i if in into is it its ll m may me more
most must my not of on or our out s she should so such t than that the their them then there these they this those to
up us ve was we were what when where which who will with would you your
"""
GERMAN: Final = """
aber als am an auch auf aus bei bis das dass dein deine deinen deiner dem den der des die du durch ein eine einem
einen einer eines er es euch fur habe haben hat ich ihr ihre ihren im in ist ja kann mit nach nicht noch nur oder
sich sie sind so uber um und uns unser unsere unseren unserer vom von vor war was wenn wer werden wie wir wird zu zum
zur
"""
FRENCH: Final = """
au aux avec ce ces cette d dans de des du elle en est et etes eux il ils je l la le les leur leurs mais meme n ne nos
notre nous on ont ou par pas plus pour qu que qui sa se ses son sont sur ta te tes toi ton tu un une vos votre vous y
"""
SPANISH: Final = """
al ante con como cual de del desde donde e el ella ellos en entre es esta estas este estos ha hasta la las le les lo
los mas me mi mis muy no nos nuestra nuestro o para pero por que se ser si sin sobre son su sus tu tus un una unas uno
unos y ya
"""

STOP_WORDS: Final = frozenset(" ".join((ENGLISH, GERMAN, FRENCH, SPANISH)).split())
