# verdict_table.pl OUT [--write]: the verdict table in doc/failover.md and in the code.
#
# Compiles the table with a program that prints it, in the folder OUT.  Without
# --write it says whether the manual has the same; with it the manual is changed.

use strict;
use warnings;
use FindBin;

my ($out, $write) = @ARGV;
my $top = "$FindBin::Bin/../..";
my $page = "$top/doc/failover.md";
my ($begin, $end) = ('<!-- verdict table: printed by make verdict-table -->', '<!-- end of the verdict table -->');
my $program = "$out/verdict_table";

system('mkdir', '-p', $out) == 0 or die "cannot make $out\n";
system('gcc', '-std=c99', '-Wall', '-Wextra', "-I$top/include", '-o', $program, "$FindBin::Bin/verdict_table.c",
	"$top/src/pure/verdict.c", "$top/src/pure/verdict_table.c") == 0 or die "the table does not compile\n";
my $table = `$program`;
die "the program that prints the table failed\n" if $? || $table !~ /^\| 4060 \|/m;

open(my $in, '<', $page) or die "cannot read $page: $!\n";
my $text = do { local $/; <$in> };
close $in;
my $pattern = qr/\Q$begin\E\n(.*?)\Q$end\E/s;
$text =~ $pattern or die "$page has no marks for the verdict table\n";
if ($1 eq "\n$table\n")
{
	print "the verdict table of the manual is that of the code\n";
	exit 0;
}
if (!$write)
{
	print "the verdict table of the manual is not that of the code: run make verdict-table\n";
	exit 1;
}
$text =~ s/$pattern/$begin\n\n$table\n$end/;
open(my $to, '>', $page) or die "cannot write $page: $!\n";
print $to $text;
close $to or die "cannot write $page: $!\n";
print "the verdict table of the manual was renewed\n";
