# Ledger.pm: what the clients said against what a server holds.
#
# Every transaction wrote lines 1 .. n with amounts that its client had noted
# before.  A line that is there has to have been noted, with that amount, by a
# transaction that may have committed; a transaction that was acknowledged, or of
# which any line is there, has to be there as a whole, once.

package Ledger;

use strict;
use warnings;

# table: the rows' table; folder: of the clients' logs
sub new
{
	my ($class, $table, $folder) = @_;
	return bless { table => $table, folder => $folder, at => {}, txns => {},
		acknowledged => 0, doubtful => 0 }, $class;
}

sub table { return $_[0]{table}; }
sub log_path { return "$_[0]{folder}/$_[0]{table}-$_[1].log"; }
sub acknowledged { return $_[0]{acknowledged}; }
sub doubtful { return $_[0]{doubtful}; }

# Reads what the logs have grown by.
sub read_logs
{
	my ($self) = @_;

	for my $client (1 .. 4)
	{
		open(my $log, '<', $self->log_path($client)) or next;
		seek $log, $self->{at}{$client} // 0, 0;
		local $/;
		my $text = <$log> // '';
		$text =~ s/[^\n]*\z//;
		$self->{at}{$client} += length $text;
		$self->take_line($client, split / /) for split /\n/, $text;
	}
	return $self->{acknowledged};
}

sub take_line
{
	my ($self, $client, $word, $txn, @amounts) = @_;
	my $known = $self->{txns}{"$client $txn"} //= { client => $client, txn => $txn, state => 'open' };

	if ($word eq 'begin')
	{
		die "client $client began $txn twice\n" if $known->{amounts};
		$known->{amounts} = \@amounts;
		$self->{last}{$client} = $txn;
		return;
	}
	die "client $client ended $txn twice\n" unless $known->{state} eq 'open';
	$known->{state} = $word;
	$self->{acknowledged}++ if $word eq 'ack';
	$self->{doubtful}++ if $word eq 'doubt';
	return;
}

# A transaction that its client has rolled back, or that broke before commit().
sub rolled_back
{
	my ($self) = @_;
	my ($name) = grep { $self->{txns}{$_}{state} eq 'none' } sort keys %{ $self->{txns} };
	return $self->{txns}{ $name // die "no transaction was rolled back\n" };
}

sub begun { return { map { ($_ => $_[0]->last_of($_)) } 1 .. 4 }; }
sub last_of { return $_[0]{last}{ $_[1] } // 0; }

# Everything in the table, in order of its key: lines "id|client|txn|line|amount".
sub rows
{
	my ($self, $instance, $database) = @_;
	my $text = $instance->tsql("SELECT id, client, txn, line, amount FROM dbo.$self->{table} ORDER BY id",
		database => $database);
	my @rows;

	for my $row (split /\n/, $text)
	{
		$row =~ s/\s+//g;
		next if $row eq '';
		die "$instance->{name}: $row is no row\n" unless $row =~ /^\d+(\|-?\d+){4}$/;
		push @rows, $row;
	}
	return \@rows;
}

# What is wrong with these rows: (lost, repeated, invented), a reference to a list each.
sub judge
{
	my ($self, $rows) = @_;
	my (%there, @lost, @repeated, @invented);

	for my $row (@$rows)
	{
		my (undef, $client, $txn, $line, $amount) = split /\|/, $row;
		my $known = $self->{txns}{"$client $txn"};

		if (!$known || $known->{state} eq 'none' || $line < 1 || $line > @{ $known->{amounts} }
			|| $known->{amounts}[ $line - 1 ] != $amount)
		{
			push @invented, $row;
		}
		elsif ($there{"$client $txn"}{$line}++)
		{
			push @repeated, $row;
		}
	}
	for my $name (sort keys %{ $self->{txns} })
	{
		my $known = $self->{txns}{$name};

		next unless $known->{state} eq 'ack' || $there{$name};
		push @lost, map { "$name $_" } grep { !$there{$name}{$_} } 1 .. @{ $known->{amounts} };
	}
	return (\@lost, \@repeated, \@invented);
}

# Forced service took the end of the log: of the transactions that had begun by
# now, which are not among the rows?  They are forgotten.  Returns how many of them
# were acknowledged, and how many of those are followed by one of the same client
# that is there, which cannot be.  begun: the last transaction of each client.
sub forget_lost
{
	my ($self, $rows, $begun) = @_;
	my %there = map { my (undef, $client, $txn) = split /\|/; ("$client $txn" => 1) } @$rows;
	my ($count, $holes, %lost) = (0, 0);

	for my $known (sort { $a->{txn} <=> $b->{txn} } values %{ $self->{txns} })
	{
		my $client = $known->{client};

		next if $known->{txn} > $begun->{$client};
		if ($there{"$client $known->{txn}"})
		{
			$holes += delete $lost{$client} // 0;
		}
		elsif ($known->{state} ne 'none')
		{
			$lost{$client}++ if $known->{state} eq 'ack';
			$count++ if $known->{state} eq 'ack';
			$known->{state} = 'none';
		}
	}
	return ($count, $holes);
}

1;
