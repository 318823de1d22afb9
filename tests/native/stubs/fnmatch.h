#pragma once
int fnmatch(const char *, const char *, int);
