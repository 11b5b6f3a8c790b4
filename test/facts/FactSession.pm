# FactSession.pm: sessions of tsql, and what their output means.

package FactSession;

use strict;
use warnings;
use IO::Select;
use IPC::Open3;

use constant BATCH_SECONDS => 60;

$ENV{FREETDSCONF} = '/dev/null';
$SIG{PIPE} = 'IGNORE';

sub start
{
	my ($host, $port, $user, $password, $database) = @_;

	# rows and messages share one pipe, so rows must not wait in a buffer
	my $pid = open3(my $in, my $out, undef, 'timeout', BATCH_SECONDS, 'stdbuf', '-oL', 'tsql', '-H', $host,
		'-p', $port, '-U', $user, '-P', $password, '-D', $database, '-J', 'UTF-8', '-o', 'fhq');
	return ($pid, $in, $out);
}

# Runs batches in a session of their own; what tsql printed, line by line.
sub once
{
	my ($host, $port, $user, $password, $database, @batches) = @_;
	my ($pid, $in, $out) = start($host, $port, $user, $password, $database);

	print $in map { "$_\ngo\n" } @batches;
	close $in;
	chomp(my @lines = <$out>);
	waitpid($pid, 0);
	return @lines;
}

# A session whose batches are given one by one.
sub new
{
	my ($class, @server) = @_;
	my ($pid, $in, $out) = start(@server);

	$in->autoflush(1);
	return bless { pid => $pid, in => $in, out => $out, rest => '', number => 0 }, $class;
}

# Runs a batch to its end, which a batch behind it announces.
sub batch
{
	my ($self, $sql) = @_;
	my $end = "end of batch " . ++$self->{number};
	my $ready = IO::Select->new($self->{out});

	print { $self->{in} } "$sql\ngo\nPRINT '$end'\ngo\n";
	while ($self->{rest} !~ /^\Q$end\E\n/m)
	{
		die "no end of: $sql\n" unless $ready->can_read(BATCH_SECONDS);
		last unless sysread($self->{out}, $self->{rest}, 65536, length $self->{rest});
	}
	$self->{rest} =~ s/\A(.*?)(?:^\Q$end\E\n|\z)//ms;
	return split /\n/, $1;
}

sub close
{
	my ($self) = @_;

	CORE::close($self->{in});
	CORE::close($self->{out});
	waitpid($self->{pid}, 0);
}

# The lines in the words of "want".
sub answer
{
	my @lines = @_;
	my @items;

	while (@lines)
	{
		my $line = shift @lines;

		if ($line =~ /^Msg (\d+) \(severity (\d+), state \d+\)/)
		{
			push @items, "error $1" if $2 > 10;
			while (@lines)
			{
				last if shift(@lines) =~ /"$/;
			}
		}
		elsif ($line =~ /^Error (\d+) \(severity \d+\)/)
		{
			push @items, "client error $1";
			shift @lines while @lines && $lines[0] =~ /^\t/;
		}
		elsif ($line !~ /^\s*$/)
		{
			push @items, join(' | ', split(/\t/, $line, -1));
		}
	}
	return @items ? join(' / ', @items) : 'nothing';
}

1;
