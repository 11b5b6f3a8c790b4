# Clients.pm: four processes of client.py, and how they are ended.

package Clients;

use strict;
use warnings;
use FindBin;
use POSIX ();
use TdsMirror::Instance;

our $python = '/usr/bin/python3';
our @numbers = (1 .. 4);

my @running;

# Goes on where the ledger's logs end.
sub start
{
	my ($class, $pair, $ledger, $seed) = @_;
	my $self = bless { pids => {}, pipes => {} }, $class;

	local @ENV{qw(CHAOS_A CHAOS_B CHAOS_PORT CHAOS_DATABASE CHAOS_USER CHAOS_PASSWORD)} =
	  ($pair->a->address, $pair->b->address, $pair->a->port, $pair->database,
		$TdsMirror::Instance::user, $TdsMirror::Instance::password);
	for my $number (@numbers)
	{
		my $log = $ledger->log_path($number);

		pipe(my $read, my $write) or die "pipe: $!\n";
		$self->{pids}{$number} = fork() // die "fork: $!\n";
		if ($self->{pids}{$number} == 0)
		{
			close $_ for $write, values %{ $self->{pipes} };
			open(STDIN, '<&', $read);
			open(STDERR, '>>', "$log.errors");
			exec { $python } $python, "$FindBin::Bin/client.py", $number, $seed, $ledger->table, $log,
			  $ledger->last_of($number)
			  or POSIX::_exit(1);
		}
		close $read;
		$self->{pipes}{$number} = $write;
	}
	push @running, $self;
	return $self;
}

# Dies when one has ended without being told to.
sub check
{
	my ($self) = @_;

	for my $number (sort keys %{ $self->{pids} })
	{
		die "client $number has ended by itself\n" if waitpid($self->{pids}{$number}, POSIX::WNOHANG()) != 0;
	}
	return;
}

# Each ends its transaction and leaves.
sub stop
{
	my ($self, $seconds) = @_;
	my $end = time + $seconds;

	@running = grep { $_ != $self } @running;
	close $_ for values %{ $self->{pipes} };
	for my $number (sort keys %{ $self->{pids} })
	{
		while (waitpid($self->{pids}{$number}, POSIX::WNOHANG()) == 0)
		{
			if (time > $end)
			{
				kill 'KILL', values %{ $self->{pids} };
				die "client $number does not end\n";
			}
			select(undef, undef, undef, 0.02);
		}
		die "client $number ended with status $?\n" if $? != 0;
	}
	return;
}

END
{
	my $status = $?;
	kill 'KILL', values %{ $_->{pids} } for @running;
	$? = $status;
}

1;
