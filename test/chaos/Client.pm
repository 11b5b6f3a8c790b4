# Client.pm: a process that runs transactions on one backend until it is told to stop.
#
# What it is about to do and what it was told goes to its log, a line a step, each
# with the time, before it goes on:
#
#     begin TXN KIND LEVEL        a transaction
#     commit TXN EFFECT ...       these it will have had, if it commits; COMMIT is sent next
#     ack TXN                     COMMIT succeeded
#     none TXN STATE TEXT         told that it failed, or rolled back by itself
#     doubt TXN STATE TEXT        told that the outcome is not known, or told nothing more
#     wrong TXN TEXT              an answer that cannot be right
#     idle                        told to stop; the backend stays until standard input ends
#
# A transaction without a line "commit" has not sent COMMIT: it must not be there.

package Client;

use strict;
use warnings;
use Conversation;
use IO::Handle;
use IO::Select;
use Moves qw(pick);
use POSIX ();
use Time::HiRes qw(sleep time);
use Transaction;

# What may be told by whoever has certainly rolled back.
my %failure = map { $_ => 1 } qw(40001 40P01 55P03 08006 08001 57014 57P03);

# options: number, seed, port, schema, log, counted (only transactions that count),
# others (handles that it shall not keep open)
sub start
{
	my ($class, %options) = @_;

	pipe(my $read, my $write) or die "pipe: $!\n";
	$write->autoflush(1);
	my $pid = fork() // die "fork: $!\n";
	if ($pid == 0)
	{
		my $ok;

		close $_ for $write, @{ $options{others} };
		open(STDERR, '>>', "$options{log}.errors");
		$ok = eval {
			my $self = bless { %options, number_of_txn => 0, known => [], stdin => $read }, $class;
			$self->work;
			1;
		} or print STDERR $@;
		POSIX::_exit($ok ? 0 : 1);
	}
	close $read;
	return { pid => $pid, pipe => $write, number => $options{number}, log => $options{log} };
}

sub note
{
	my ($self, @words) = @_;
	my $line = join(' ', sprintf('%.3f', time), @words) =~ s/\s+/ /gr . "\n";

	syswrite($self->{file}, $line) == length $line or die "log: $!\n";
	return;
}

sub connect
{
	my ($self) = @_;

	# somebody may cancel or terminate this one, too
	for (1 .. 5)
	{
		$self->{backend}->quit if $self->{backend};
		$self->{backend} = Conversation->start($self->{port}, name => "chaos $self->{number}");
		return if $self->{backend}->run("SET search_path = $self->{schema}, public")->{state} eq '';
	}
	die "no backend\n";
}

sub told_to_stop { return IO::Select->new($_[0]{stdin})->can_read(0); }

sub work
{
	my ($self) = @_;

	srand($self->{seed} * 1000 + $self->{number});
	open($self->{file}, '>>', $self->{log}) or die "$self->{log}: $!\n";
	$self->connect;
	$self->transact until $self->told_to_stop;
	$self->note('idle');
	1 while readline $self->{stdin};
	$self->{backend}->quit;
	return;
}

sub transact
{
	my ($self) = @_;
	my ($isolation, $kind, $function) = $self->{counted} ? (undef, 'counted', \&Moves::counted) : pick();
	my $number = ++$self->{number_of_txn};
	my $t = Transaction->new(client => $self->{number}, number => $number, isolation => $isolation, tickets => 0,
		backend => $self->{backend}, known => [ @{ $self->{known} } ], log => sub { $self->note(@_) });

	$self->note('begin', $number, $kind, $isolation // '-');
	my $done = eval { $function->($t); 1 };
	my $problem = $@;
	if ($done)
	{
		$kind eq 'given_up' ? $self->note('none', $number, '-', 'rolled back') : $self->acknowledged($t);
	}
	elsif (!ref $problem)
	{
		die $problem;
	}
	else
	{
		$self->failed($t, $problem);
	}
	return;
}

sub acknowledged
{
	my ($self, $t) = @_;

	$self->note('ack', $t->{number});
	for my $effect (@{ $t->{effects} })
	{
		push @{ $self->{known} }, $1 if $effect =~ /^N:(\d+)/;
		@{ $self->{known} } = grep { $_ != $1 } @{ $self->{known} } if $effect =~ /^D:(\d+)/;
	}
	$self->look_back($t) if rand() < 0.1 && !$self->{counted};
	return;
}

# Whoever was told that it is committed finds it, whoever is principal now.
sub look_back
{
	my ($self, $t) = @_;
	local $t->{isolation} = undef;

	return if eval { Moves::look($t); 1 };
	my $problem = $@;
	die $problem unless ref $problem;
	if ($problem->{wrong})
	{
		$self->note('wrong', $t->{number}, "after COMMIT $problem->{wrong}");
		return;
	}
	$self->complain($t, $problem) unless $failure{ $problem->{state} };
	$self->connect if $problem->{closed};
	return;
}

# A state that does not belong here; 57P01 is told by somebody who was terminated.
sub complain
{
	my ($self, $t, $problem) = @_;

	return if $problem->{state} eq '57P01';
	$self->note('wrong', $t->{number}, "$problem->{state} $problem->{error} (" . substr($problem->{sql} // '', 0, 200) . ')');
	return;
}

# A cancel or a termination that came late can meet this, too.
sub roll_back
{
	my ($self, $t) = @_;
	my $answer;

	for (1 .. 3)
	{
		$answer = $self->{backend}->run('ROLLBACK');
		last if $answer->{state} ne '57014';
	}
	$self->complain($t, $answer) if $answer->{state} ne '' && !$answer->{closed};
	$self->connect if $answer->{closed};
	return;
}

sub failed
{
	my ($self, $t, $problem) = @_;
	my $number = $t->{number};
	my $state = $problem->{state} // '-';

	# an open COMMIT whose backend has gone is as much in doubt as one that says so
	my $doubt = $t->{commits} && ($state eq '08007' || $problem->{closed});

	if ($problem->{wrong})
	{
		$self->note('wrong', $number, $problem->{wrong});
		$doubt = $t->{commits};
	}
	elsif (!$failure{$state} && !($doubt && $state eq '08007'))
	{
		$self->complain($t, $problem);
	}
	$self->note($doubt ? 'doubt' : 'none', $number, $state, $problem->{error} // '-');
	if ($problem->{closed})
	{
		$self->connect;
	}
	else
	{
		$self->roll_back($t);
	}

	# of these it is not known whether they are there
	my %unsure = map { $_ => 1 } map { /^D:(\d+)/ ? $1 : () } @{ $t->{effects} };
	@{ $self->{known} } = grep { !$unsure{$_} } @{ $self->{known} } if $doubt;
	sleep 0.02;
	return;
}

1;
