# Transaction.pm: one transaction of a client, and what it will have done if it commits.
#
# Its effects are words: "L:line:amount" a row of the ledger, "R:line:count:amount"
# so many from that line on, "T:from:to:amount" a transfer, "C:counter:value" an increment and what it came to, "N:ticket" a ticket
# made, "D:ticket" one taken.  All of them are in the client's log before COMMIT is
# sent.  A statement that fails dies with {state, error, closed}, one with an answer
# that cannot be right with {wrong}.

package Transaction;

use strict;
use warnings;

sub new
{
	my ($class, %options) = @_;
	return bless { effects => [], line => 0, commits => 0, %options }, $class;
}

# A statement with the command tag that it must have.  Of a transaction that is one
# statement (single) the outcome is open from here on.
sub ask
{
	my ($self, $sql, $tag, $copy) = @_;

	$self->announce if $self->{single};
	my $answer = $self->{backend}->run($sql, $copy);

	die { %$answer, sql => $sql } if $answer->{state} ne '';
	die { wrong => "\"$answer->{tag}\" instead of \"$tag\": $sql" } if defined $tag && $answer->{tag} ne $tag;
	return $answer->{rows};
}

sub effect
{
	my ($self, @words) = @_;
	push @{ $self->{effects} }, @words;
	return;
}

# A number that no other line of this transaction has, undone ones included.
sub next_line { return ++$_[0]{line}; }

# Notes count lines of the same amount; the first of them.
sub next_lines
{
	my ($self, $count, $amount) = @_;
	my $first = $self->{line} + 1;

	$self->{line} += $count;
	$self->effect("R:$first:$count:$amount");
	return $first;
}

sub begin
{
	my ($self) = @_;
	$self->ask('BEGIN' . ($self->{isolation} ? " ISOLATION LEVEL $self->{isolation}" : ''), 'BEGIN');
	return;
}

# The last word before the outcome is open.
sub announce
{
	my ($self) = @_;

	$self->{commits} = 1;
	$self->{log}->('commit', $self->{number}, @{ $self->{effects} });
	return;
}

sub commit
{
	my ($self) = @_;

	$self->announce;
	$self->ask('COMMIT', 'COMMIT');
	return;
}

# Runs the statements of part; whatever they did is undone.
sub undone
{
	my ($self, $part) = @_;
	my $before = @{ $self->{effects} };

	$self->ask('SAVEPOINT part', 'SAVEPOINT');
	$part->();
	$self->ask('ROLLBACK TO SAVEPOINT part', 'ROLLBACK');
	splice @{ $self->{effects} }, $before;
	return;
}

# A statement that must fail with this SQLSTATE, and leaves the transaction usable.
sub refused
{
	my ($self, $sql, $state) = @_;

	$self->undone(sub {
		my $answer = $self->{backend}->run($sql);

		die { wrong => "succeeded instead of failing with $state: $sql" } if $answer->{state} eq '';
		die { %$answer, sql => $sql } if $answer->{state} ne $state;
	});
	return;
}

1;
