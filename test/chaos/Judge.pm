# Judge.pm: what the clients were told against what a partner holds.
#
# A transaction is there when its rows of the ledger are.  One that was acknowledged
# has to be there, one that was told as failed, or has not sent COMMIT, must not, and
# one in doubt may be, as a whole.  What the other tables hold must then be the sum
# of the effects of those that are there, each once.

package Judge;

use strict;
use warnings;
use Exporter 'import';
use Moves ();

our @EXPORT_OK = qw(judge @subjects);

# In what a partner holds, and in what the clients were told.
our @subjects = qw(lost repeated invented half balance sum counter ticket mark wrong unresolved);

my %words = (ack => 'acknowledged', none => 'told as failed', doubt => 'in doubt', open => 'without an end');

sub describe { my ($known) = @_; return "$known->{client} $known->{number} ($words{ $known->{state} })"; }

sub may_be_there
{
	my ($known) = @_;
	return $known->{state} ne 'none' && defined $known->{sent};
}

# Line => amount.
sub lines_of
{
	my ($known) = @_;
	my %lines;

	return $known->{lines} if $known->{lines};
	for my $effect (@{ $known->{effects} })
	{
		$lines{$1} = $2 if $effect =~ /^L:(\d+):(\d+)$/;
		@lines{ $1 .. $1 + $2 - 1 } = ($3) x $2 if $effect =~ /^R:(\d+):(\d+):(\d+)$/;
	}
	return $known->{lines} = \%lines;
}

# The transactions that are there.
sub judge_ledger
{
	my ($told, $found, $wrong) = @_;
	my (%there, @present);

	for my $row (@{ $found->{ledger} })
	{
		my (undef, $client, $number, $line, $amount) = split /\|/, $row;
		my $known = $told->{transactions}{"$client $number"};
		my $meant = $known && may_be_there($known) && lines_of($known);

		if (!$meant || !defined $meant->{$line} || $meant->{$line} != $amount)
		{
			push @{ $wrong->{invented} }, "$row, of " . ($known ? describe($known) : 'nobody');
		}
		elsif ($there{"$client $number"}{$line}++)
		{
			push @{ $wrong->{repeated} }, "$row, of " . describe($known);
		}
	}
	for my $name (sort keys %{ $told->{transactions} })
	{
		my $known = $told->{transactions}{$name};

		next unless may_be_there($known) && ($known->{state} eq 'ack' || $there{$name});
		my @missing = grep { !$there{$name}{$_} } sort { $a <=> $b } keys %{ lines_of($known) };
		push @present, $known;
		push @{ $wrong->{ $known->{state} eq 'ack' ? 'lost' : 'half' } }, describe($known) . ": line @missing" if @missing;
	}
	return @present;
}

# The accounts, the counters and the tickets follow from who is there.
sub judge_effects
{
	my ($found, $wrong, @present) = @_;
	my %balance = map { $_ => $Moves::endowment } 1 .. $Moves::accounts;
	my (%counted, %ticket, $sum);

	for my $known (@present)
	{
		for my $effect (@{ $known->{effects} })
		{
			my ($word, @what) = split /:/, $effect;

			if ($word eq 'T')
			{
				$balance{ $what[0] } -= $what[2];
				$balance{ $what[1] } += $what[2];
			}
			elsif ($word eq 'C')
			{
				push @{ $counted{ $what[0] }{ $what[1] } }, $known;
			}
			elsif ($word =~ /[ND]/)
			{
				push @{ $ticket{ $what[0] }{$word} }, $known;
			}
		}
	}
	for my $row (@{ $found->{account} })
	{
		my ($id, $value) = split /\|/, $row;
		my $balance = delete $balance{$id};

		push @{ $wrong->{balance} }, "account $id: $value instead of " . ($balance // 'none')
		  if !defined $balance || $value != $balance;
		$sum += $value;
	}
	push @{ $wrong->{balance} }, map { "account $_ is gone" } sort keys %balance;
	push @{ $wrong->{sum} }, "$sum instead of " . $Moves::accounts * $Moves::endowment
	  if $sum != $Moves::accounts * $Moves::endowment;
	judge_counters($found, $wrong, \%counted);
	judge_tickets($found, $wrong, \%ticket);
	return;
}

# Of n increments each came to another one of 1 .. n.
sub judge_counters
{
	my ($found, $wrong, $counted) = @_;

	for my $row (@{ $found->{counter} })
	{
		my ($id, $value) = split /\|/, $row;
		my $there = $counted->{$id} // {};
		my $count = 0;

		$count += @$_ for values %$there;
		push @{ $wrong->{counter} }, "counter $id: $value after $count increments" if $value != $count;
		push @{ $wrong->{counter} }, map { "counter $id: $_ comes of " . join(' and ', map { describe($_) } @{ $there->{$_} }) }
		  grep { @{ $there->{$_} } > 1 } sort { $a <=> $b } keys %$there;
		push @{ $wrong->{counter} }, map { "counter $id: $_ is beyond $count" } grep { $_ > $count } sort { $a <=> $b } keys %$there;
	}
	return;
}

sub judge_tickets
{
	my ($found, $wrong, $ticket) = @_;
	my %there;

	$there{$_}++ for @{ $found->{ticket} };
	for my $id (sort { $a <=> $b } keys %$ticket)
	{
		my ($made, $taken) = map { scalar @{ $ticket->{$id}{$_} // [] } } qw(N D);
		my $here = delete $there{$id} // 0;

		push @{ $wrong->{ticket} }, "ticket $id: made $made times, taken $taken times, there $here times"
		  if $made != 1 || $taken > 1 || $here != $made - $taken;
	}
	push @{ $wrong->{ticket} }, map { "ticket $_: nobody made it" } sort keys %there;
	return;
}

# options: marked (clients with a commit log, a hash), marks (of transactions that are not judged here),
# excused (a function: was this doubt to be expected?).  A list for each subject.
sub judge
{
	my ($told, $found, %options) = @_;
	my %wrong = map { $_ => [] } @subjects;
	my @present = judge_ledger($told, $found, \%wrong);
	my $marks = ($options{marks} // 0) + grep { $options{marked}{ $_->{client} } } @present;

	judge_effects($found, \%wrong, @present);
	push @{ $wrong{mark} }, "$found->{marks} commits are marked instead of $marks" if $found->{marks} != $marks;
	push @{ $wrong{wrong} }, map { describe($_->{transaction}) . ": $_->{text}" } @{ $told->wrong };
	push @{ $wrong{unresolved} }, map { describe($_) . ": " . ($_->{text} // '') }
	  grep { $_->{state} =~ /doubt|open/ && $options{marked}{ $_->{client} } && !$options{excused}->($_) } $told->transactions;
	return \%wrong;
}

1;
