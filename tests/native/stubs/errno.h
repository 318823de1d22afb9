// What bench/native needs of a Mac's header: enough for -fsyntax-only. So are all files here.
#pragma once
int *__error(void);
#define errno (*__error())
#define EEXIST 17
