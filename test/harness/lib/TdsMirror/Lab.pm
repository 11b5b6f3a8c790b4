# TdsMirror/Lab.pm: where the laboratory is, free ports, waiting.
#
# Every test program runs below test/harness/unprivileged.sh, which sets LAB_BUILD
# and LAB_RUN.

package TdsMirror::Lab;

use strict;
use warnings;
use Exporter 'import';
use File::Path qw(make_path remove_tree);
use IO::Socket::INET;
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(build_folder scratch_folder bindir free_port wait_until slurp append_file input_of chinook);

sub build_folder
{
	return $ENV{LAB_BUILD} // die "LAB_BUILD is not set: run this through make\n";
}

# A new, empty folder for one server.
sub scratch_folder
{
	my ($name) = @_;
	my $folder = "$ENV{LAB_RUN}/$name";

	remove_tree($folder);
	make_path($folder);
	return $folder;
}

sub bindir
{
	my $dir = slurp(build_folder() . "/bindir");
	chomp $dir;
	return $dir;
}

my %given;

# Below 32768: a connection to a closed port of the ephemeral range can be given
# that same port as its source, and then connects to itself.
sub free_port
{
	for (1 .. 1000)
	{
		my $port = 20000 + int(rand(12767));

		next if $given{$port};
		my $socket = IO::Socket::INET->new(
			LocalAddr => '127.0.0.1',
			LocalPort => $port,
			Proto => 'tcp',
			Listen => 1) or next;
		$socket->close;
		$given{$port} = 1;
		return $port;
	}
	die "no free port found\n";
}

# Asks until the answer is true; dies after seconds, naming what was waited for.
sub wait_until
{
	my ($what, $seconds, $question) = @_;
	my $end = time + $seconds;

	while (1)
	{
		my $answer = $question->();
		return $answer if $answer;
		die "waited $seconds s in vain until $what\n" if time > $end;
		sleep 0.02;
	}
}

sub slurp
{
	my ($path) = @_;
	open(my $file, '<', $path) or die "cannot read $path: $!\n";
	local $/;
	return scalar <$file>;
}

sub append_file
{
	my ($path, $text) = @_;
	open(my $file, '>>', $path) or die "cannot write $path: $!\n";
	print $file $text;
	close $file;
}

# A handle from which a program reads the text.  Unlike a pipe it does not kill
# whoever wrote it, with SIGPIPE, when the program ends before it has read.
sub input_of
{
	my ($text) = @_;

	open(my $file, '+>', undef) or die "cannot make a temporary file: $!\n";
	print $file $text;
	seek $file, 0, 0;
	return $file;
}

# The script of the Chinook database, kept beside the project; undef when absent.
sub chinook
{
	my $path = build_folder() . "/../../shared/data/chinook/Chinook_SqlServer.sql";
	return -r $path ? $path : undef;
}

1;
