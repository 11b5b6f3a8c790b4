# plant.pl NAME: plants one fault of test/facts/plants in a copy of the stand-in
# below build/run, and asks the facts; exits with 0 when one of them notices.
#
# The copy is made by the stand-in's own Makefile from links to its sources, one
# of them replaced by the mutated file, and from the objects that exist already.

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename);
use File::Path qw(remove_tree);
use FindBin;
use lib "$FindBin::Bin/../facts";
use FactFile;
use TdsMirror::Instance;
use TdsMirror::Lab qw(build_folder scratch_folder slurp);
use version;

my ($name) = @ARGV;
defined $name or die "usage: plant.pl NAME\n";

my $standin = abs_path("$FindBin::Bin/../standin");
my $facts = abs_path("$FindBin::Bin/../facts");
my ($plant) = grep { $_->{name} eq $name } FactFile::read_plants("$facts/plants");
$plant or die "no plant $name\n";

sub not_planted
{
	print "not ok - plant $name: $_[0]\n";
	exit 1;
}

# The source with the fault; what is replaced must be there once, however it is laid out.
sub mutate
{
	my $source = slurp("$standin/$plant->{file}");
	my $from = join '\s+', map { quotemeta } split ' ', $plant->{from};
	my $count = () = $source =~ /$from/g;

	not_planted("$count places in $plant->{file} instead of one") if $count != 1;
	$source =~ s/$from/$plant->{to}/;
	return $source;
}

sub build
{
	my ($folder) = @_;
	my $log = "$folder/log";

	mkdir "$folder/source";
	mkdir "$folder/out";
	for my $path (glob("$standin/*.[ch]"))
	{
		symlink $path, "$folder/source/" . basename($path) unless basename($path) eq $plant->{file};
	}
	open(my $out, '>', "$folder/source/$plant->{file}") or die "$folder: $!\n";
	print $out mutate();
	close $out;

	my $old = basename($plant->{file}, '.c') . '.o';
	system('cp', '-p', (grep { basename($_) ne $old } glob(build_folder() . '/standin/*.[od]')), "$folder/out") == 0
	  or die "cp\n";
	system("make -s -C '$folder/source' -f '$standin/Makefile' OUT='$folder/out' CFLAGS=-Wno-error >'$log' 2>&1") == 0
	  or not_planted("does not compile:\n" . slurp($log));
	return "$folder/out/standin";
}

if (defined $plant->{sqlite})
{
	chomp(my $sqlite = `pkg-config --modversion sqlite3`);

	if ($sqlite =~ /^(\d+)\.(\d+)/ && version->parse("v$1.$2") > version->parse("v$plant->{sqlite}"))
	{
		print "skip plant $name: SQLite $sqlite hides it\n";
		exit 0;
	}
}

my $folder = scratch_folder("plant-$name");
my $partner = TdsMirror::Instance->start("PLANT-$name", program => build($folder));
my @first = map { "$facts/$_.facts" } split ' ', $plant->{first};
my %is_first = map { $_ => 1 } @first;

$partner->tsql('CREATE DATABASE facts');
open(my $out, '-|', $^X, "$facts/run.pl", '--stop', $partner->address, $partner->port, $TdsMirror::Instance::user,
	$TdsMirror::Instance::password, 'facts', @first, grep { !$is_first{$_} } sort glob("$facts/*.facts"))
  or die "run.pl: $!\n";
my $said = join '', <$out>;
close $out;
my ($by) = $said =~ /^not ok - .*?([^\/\n]+)$/m;
not_planted("no server is left:\n$said") if $said =~ /client error/;
not_planted('no fact notices: ' . $plant->{breaks}) unless defined $by;
remove_tree($folder);
print "plant $name ($plant->{breaks}): noticed by $by\n";
