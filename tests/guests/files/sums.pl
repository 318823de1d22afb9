use strict; my (%h, @a);
for my $i (1 .. 20000) { $h{$i % 97} += $i * $i; push @a, ($i * 7919) % 10007 }
print "$_=$h{$_}\n" for sort { $a <=> $b } keys %h;
print join(' ', (sort { $a <=> $b } @a)[0 .. 20]), "\n";
open my $f, '<', 'words.txt' or die; my $n = 0; while (<$f>) { $n += $1 if /:(\d+):/ } print "$n\n";
printf "%.10f %s\n", atan2(1, 1) * 4, scalar reverse 'abc';
my $s = 'a' x 1000; $s =~ s/a(?=a)/b/g; print length $s, substr($s, -3), "\n";
print pack('NnC', 1, 2, 3) eq "\0\0\0\1\0\2\3" ? "ok\n" : "no\n";
eval { die { code => 4 } }; print $@->{code}, "\n";
