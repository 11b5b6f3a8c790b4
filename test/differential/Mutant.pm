# Mutant.pm: a copy of the extension, or of the stand-in, with one fault in it.
#
# The faults are in rules.plants and standin.plants, written as those of
# test/facts/plants; "first" names the kinds of queries that are to notice it.
# What "from" says must be there exactly once.  Only the one file is compiled anew.

package Mutant;

use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter 'import';
use File::Basename qw(basename dirname);
use FindBin;
use lib "$FindBin::Bin/../facts";
use FactFile;
use TdsMirror::Instance;
use TdsMirror::Lab qw(append_file bindir build_folder scratch_folder slurp);

our @EXPORT_OK = qw(plants build_extension build_standin);

my $top = abs_path("$FindBin::Bin/../..");

# kind: "rules" or "standin"
sub plants
{
	my ($kind) = @_;
	return FactFile::read_plants("$FindBin::Bin/$kind.plants");
}

sub run_quietly
{
	my ($log, $what, $command) = @_;

	system("$command >>'$log' 2>&1") == 0 or die "$what fails: " . substr(slurp($log), -1500) . "\n";
	return;
}

# Its source with the fault, in place of the link to the source without.
sub mutate
{
	my ($plant, $path, $copy) = @_;
	my $source = slurp($path);
	my $from = join '\s+', map { quotemeta } split ' ', $plant->{from};
	my $count = () = $source =~ /$from/g;

	die "what it replaces is there $count times in $plant->{file}\n" if $count != 1;
	$source =~ s/$from/$plant->{to}/;
	unlink $copy;
	append_file($copy, $source);
	return;
}

# The program postgres of an installation with the mutant; dies of what is wrong.
sub build_extension
{
	my ($plant) = @_;
	my $folder = scratch_folder("rule-$plant->{name}");
	my $log = "$folder/log";
	my %place = map { chomp(my $path = `@{[$ENV{PG_CONFIG} // 'pg_config']} --$_`); $_ => $path } qw(bindir pkglibdir sharedir);
	my $root = build_folder() . '/root';

	mkdir "$folder/source";
	run_quietly($log, 'copying', "cp -rs '$top'/src '$top'/include '$top'/Makefile '$top'/*.c '$top'/*.sql '$top'/*.control '$folder/source'");
	mutate($plant, "$top/$plant->{file}", "$folder/source/$plant->{file}");
	run_quietly($log, 'copying', "cp -rp '" . build_folder() . "/extension' '$folder/out'");
	unlink "$folder/out/" . ($plant->{file} =~ s/\.c$/.o/r);
	run_quietly($log, 'compiling', "make --no-print-directory -s -C '$folder/out' -f '$folder/source/Makefile' VPATH='$folder/source' with_llvm=no all");

	run_quietly($log, 'installing', "mkdir -p '$folder/root$place{bindir}' '$folder/root$place{pkglibdir}' '" . dirname("$folder/root$place{sharedir}") . "'"
		  . " && cp '$root$place{bindir}/postgres' '$folder/root$place{bindir}' && cp -rs '$root$place{pkglibdir}/.' '$folder/root$place{pkglibdir}'"
		  . " && ln -s '$root$place{sharedir}' '$folder/root$place{sharedir}'"
		  . " && cp --remove-destination '$folder/out/tds_mirror_fdw.so' '$folder/root$place{pkglibdir}/tds_mirror_fdw.so'");
	return "$folder/root$place{bindir}/postgres";
}

# The program of a stand-in with the mutant.
sub build_standin
{
	my ($plant) = @_;
	my $folder = scratch_folder("standin-$plant->{name}");
	my $log = "$folder/log";
	my $old = basename($plant->{file}, '.c');

	mkdir "$folder/$_" for qw(source out);
	run_quietly($log, 'copying', "cp -s '$top'/test/standin/*.[ch] '$folder/source' && cp -p '" . build_folder() . "'/standin/*.[od] '$folder/out'");
	mutate($plant, "$top/test/standin/$plant->{file}", "$folder/source/$plant->{file}");
	unlink "$folder/out/$old.o", "$folder/out/$old.d";
	run_quietly($log, 'compiling', "make -s -C '$folder/source' -f '$top/test/standin/Makefile' OUT='$folder/out' CFLAGS=-Wno-error");
	return "$folder/out/standin";
}

1;
