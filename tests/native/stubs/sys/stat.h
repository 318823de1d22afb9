#pragma once
int mkdir(const char *, unsigned short);
