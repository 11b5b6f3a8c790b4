# Told.pm: what the clients' logs say.
#
# A transaction is a hash: client, number, kind, state (open, ack, none, doubt),
# sent (COMMIT was), effects, began and ended, sqlstate and text of what it was told.

package Told;

use strict;
use warnings;

# folder: of the logs; clients: how many
sub new
{
	my ($class, $folder, $clients) = @_;
	return bless { folder => $folder, clients => $clients, at => {}, transactions => {}, idle => {}, wrong => [],
		ended => 0 }, $class;
}

sub log_path { return "$_[0]{folder}/client-$_[1].log"; }
sub transactions { return values %{ $_[0]{transactions} }; }
sub ended { return $_[0]{ended}; }
sub wrong { return $_[0]{wrong}; }
sub count { my ($self, $state) = @_; return scalar grep { $_->{state} eq $state } $self->transactions; }

# Reads what the logs have grown by; how many transactions have ended.
sub read_logs
{
	my ($self) = @_;

	for my $client (1 .. $self->{clients})
	{
		open(my $log, '<', $self->log_path($client)) or next;
		seek $log, $self->{at}{$client} // 0, 0;
		local $/;
		my $text = <$log> // '';
		$text =~ s/[^\n]*\z//;
		$self->{at}{$client} = ($self->{at}{$client} // 0) + length $text;
		$self->take_line($client, $_) for split /\n/, $text;
	}
	return $self->{ended};
}

sub take_line
{
	my ($self, $client, $line) = @_;
	my ($time, $word, $number, $rest) = split / /, $line, 4;

	if ($word eq 'idle')
	{
		$self->{idle}{$client} = 1;
		return;
	}
	my $known = $self->{transactions}{"$client $number"};
	if ($word eq 'begin')
	{
		die "client $client began $number twice\n" if $known;
		my ($kind, $level) = split / /, $rest, 2;
		$self->{transactions}{"$client $number"} = { client => $client, number => $number, kind => $kind, level => $level,
			state => 'open', effects => [], began => $time };
		return;
	}
	die "client $client has no transaction $number\n" unless $known;
	if ($word eq 'commit')
	{
		@{$known}{qw(sent effects)} = ($time, [ split / /, $rest // '' ]);
		return;
	}
	if ($word eq 'wrong')
	{
		push @{ $self->{wrong} }, { transaction => $known, text => $rest };
		return;
	}
	die "client $client ended $number twice\n" unless $known->{state} eq 'open';
	@{$known}{qw(state ended)} = ($word, $time);
	@{$known}{qw(sqlstate text)} = split / /, $rest, 2 if defined $rest;
	$self->{ended}++;
	return;
}

sub idle { my ($self) = @_; return keys %{ $self->{idle} } == $self->{clients}; }

# Everything that is known of a transaction, in lines.
sub story
{
	my ($known) = @_;

	return map { "    $_" } "client $known->{client}, transaction $known->{number}, $known->{kind}, level $known->{level}",
	  sprintf('began %s, COMMIT %s, ended %s', $known->{began}, $known->{sent} // 'not sent', $known->{ended} // '-'),
	  'told: ' . join(' ', $known->{state}, grep { defined } @{$known}{qw(sqlstate text)}), "effects: @{ $known->{effects} }";
}

1;
