"""python -m songbuild"""

from songbuild.app.cli import main

main()
