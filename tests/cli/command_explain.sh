# A division after another; and nothing else.
mkelf p d284e202 d2886a00 f2a00020 d2800061 9ac10800 8b010000 9ac10800 8b010000 9ac10800 8b010000 9ac10800 8b010000 d1000442 b5fffee2 d2800000 d2800ba8 d4000001
m2sim explain --what-if none -- ./p 2>&1 | sed 's/[0-9]* cycles for/N cycles for/'
m2sim explain -h | head -1
m2sim explain
