# Faults.pm: how each fault of the table is made, at each moment.
#
# There are three kinds.  A fault of opening ("opens") waits for whoever connects
# to A; where a session is open already, A hands over with the fault in place.  A
# spoken one ("says") is A's answer to a request.  The rest ("happens") strikes the
# process while a request is held, or nobody asks; "later" comes when the
# statement is under way.  Of one that "settles" a held request sees nothing until
# the mirror has taken over.

package Faults;

use strict;
use warnings;
use Exporter 'import';
use POSIX ();
use Time::HiRes qw(sleep);
use TdsMirror::Lab qw(wait_until);
use Stage;

our @EXPORT_OK = qw(fault_of hold await_hold strike open_fault commit_fault hand_over);

my $ever = 'count 100000';

sub kill_first
{
	my ($stage, $pair) = @_;

	$pair->a->kill9 if Stage::is_alive($pair->a);
	return;
}

sub force_service
{
	my ($stage, $pair) = @_;

	$pair->force_service($pair->b);
	$stage->wait_serving($pair->b);
	return;
}

sub sleep_until_replaced
{
	my ($stage, $pair) = @_;

	Stage::freeze($pair->a);
	$stage->wait_serving($pair->b);
	Stage::thaw($pair->a);
	wait_until('A is a mirror', 20, sub { ((Stage::mirroring($pair->a))[0] // '') eq 'MIRROR' });
	return;
}

# By an administrator, whoever may log in to A.  It is too early when A is not the
# principal yet or any more (error 1470): a partner that was frozen a moment ago can
# lose its role late.
sub hand_over
{
	my ($stage, $pair) = @_;
	my ($answer) = $pair->a->control('failover erp');

	die "early\n" if $answer =~ /^error: 1470 /;
	die "the failover was refused: $answer\n" unless $answer eq 'ok';
	$stage->wait_serving($pair->b);
	return;
}

my %faults = (
	'refused' => { opens => 'refuse on' },
	'black hole' => { opens => sub { my ($stage, $a) = @_; $stage->hole($a); } },
	'accepted and silent' => { opens => "fault accept hang $ever" },
	'silent after login' => { opens => "fault POINT hang $ever", point => 'login' },
	'closed after LOGIN7' => { opens => "fault POINT close $ever", point => 'login' },
	'4060+18456' => { opens => sub { } },
	'954' => { opens => "fault login error 954 $ever", says => 'error 954' },
	'reset' => { opens => "fault accept reset $ever", says => 'reset', idle => 'cut', mid => 'cut' },
	'malformed token' => { opens => 'fault login ACTION count 4', says => 'ACTION', action => 'garbage' },
	'596' => { says => 'fatal 596' },
	'severity 21' => { says => 'fatal 7999' },
	'killed' => { kills => 1, happens => \&kill_first },
	'SIGSTOPped' => { happens => sub { Stage::freeze($_[1]->a) }, at => 'commit_after_ship' },
	'planned failover' => { happens => \&hand_over },
	'automatic failover' => { happens => \&sleep_until_replaced },
	'forced service' => { pair => 'duo', kills => 1, happens => sub { kill_first(@_); force_service(@_); } },
	'both down' => { pair => 'duo', kills => 1, happens => sub { kill_first(@_); $_[1]->b->kill9; } },
	'neither principal for 3 s' => { pair => 'duo', kills => 1, happens => \&kill_first,
		later => sub { sleep 3; force_service(@_); } },
	'partition' => { happens => sub { $_[1]->a->control('partition on') }, settles => 1 },
);

# What is to be done in this cell: a fault as above, with its words filled in.
sub fault_of
{
	my ($cell) = @_;
	my %fault = %{ $faults{ $cell->{fault} } };
	my %words = (POINT => $cell->{settings}{point} // $fault{point},
		ACTION => $cell->{settings}{action} // $fault{action});

	for my $how (grep { defined $fault{$_} && !ref $fault{$_} } qw(opens says))
	{
		$fault{$how} =~ s/(POINT|ACTION)/$words{$1}/;
	}
	$fault{pair} //= 'trio';
	$fault{pair} = 'duo' if $cell->{settings}{alone};
	return \%fault;
}

# Nobody has been struck since.
sub arm
{
	my ($instance, $line) = @_;

	$instance->control('wait fault 0');
	my ($answer) = $instance->control("fault $line");
	die "fault $line: $answer\n" unless $answer eq 'ok';
	return;
}

sub hold { my ($pair, $line) = @_; arm($pair->a, $line); return; }

# The client is given a moment to take what was sent before.
sub await_hold
{
	my ($pair) = @_;

	die "nobody came to where the fault was set\n" unless ($pair->a->control('wait fault 8000'))[0] eq 'ok';
	sleep 0.1;
	return;
}

sub open_fault
{
	my ($stage, $pair, $fault) = @_;

	return $fault->{opens}->($stage, $pair->a) if ref $fault->{opens};
	$pair->a->control($fault->{opens});
	return;
}

# While a request is held, or between two statements.
sub strike
{
	my ($stage, $pair, $fault) = @_;

	if ($fault->{happens})
	{
		$fault->{happens}->($stage, $pair);
	}
	else
	{
		open_fault($stage, $pair, $fault);
		hand_over($stage, $pair);
	}
	return;
}

# Where a COMMIT meets the fault: (line for the control socket, what to do when it has struck).
sub commit_fault
{
	my ($cell, $fault) = @_;
	my $at = $cell->{settings}{at};

	return ('batch ' . $fault->{says}, undef) if $fault->{says} && !$at && !$cell->{settings}{log};
	return (($at // 'commit_before_log') . ' ' . $fault->{says}, undef) if $fault->{says};
	return (($at // 'commit_after_ship') . ' kill', sub {
		my ($stage, $pair) = @_;
		wait_until('A has died', 8, sub { !Stage::is_alive($pair->a) });
		$fault->{happens}->($stage, $pair);
	}) if $fault->{kills};
	return (($at // $fault->{at} // ($fault->{opens} ? 'commit_after_ship' : 'commit_before_log')) . ' hang', sub {
		my ($stage, $pair) = @_;
		await_hold($pair);
		strike($stage, $pair, $fault);
		$stage->wait_serving($pair->b) if $fault->{settles};
		$pair->a->control("clear $_") for $pair->a->{frozen} ? () : qw(commit_before_log commit_after_ship);
	});
}

1;
