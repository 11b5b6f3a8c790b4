# Example.pm: the examples of a page, run in its order.
#
# A block of the language sql is run by psql.  When the next block has no language,
# or is "output", it is what psql prints at the end: compared without regard to
# blanks and rules, "..." of one character (an ellipsis) for whatever differs from
# run to run; "output varies" compares the headings.  An error must be shown.
# A block without a language that begins with a prompt is a conversation.

package Example;

use strict;
use warnings;
use IPC::Run ();
use Scene;
use Tally qw(ok left_out);
use TdsMirror::Lab qw(input_of);

# Statements of T-SQL that the stand-in leaves out for good.
my @not_there = (
	[ qr/\b(?:CREATE|ALTER|DROP) (?:LOGIN|USER|ROLE|SERVER ROLE|CERTIFICATE|ENDPOINT|PROCEDURE)\b/i, 'the stand-in has no statement about logins, users and endpoints' ],
	[ qr/\b(?:GRANT|DENY|REVOKE)\b/i, 'the stand-in has no permissions to grant' ],
	[ qr/\bsys\.dm_exec_sessions\b|\bsys\.dm_exec_connections\b|\bsys\.configurations\b/i, 'the stand-in lacks this view' ],
	[ qr/\b(?:BACKUP|RESTORE|DBCC|sp_configure|RECONFIGURE|KILL)\b/i, 'the stand-in leaves administration out' ]);

sub is_run
{
	my ($part) = @_;
	return $part->{kind} eq 'block'
	  && ($part->{language} =~ /^(?:sql|tsql)$/ || $part->{language} eq '' && $part->{text} =~ /^\w+=[>#] /);
}

# Every example of a page; cluster is started by the first that needs it.
sub run_page
{
	my ($page, $cluster, $folder) = @_;
	my @parts = grep { $_->{kind} ne 'prose' || $_->{text} =~ /\S/ } $page->parts;
	my $scene;
	my $skip;
	(my $name = lc $page->path) =~ s/\W+/_/g;

	for my $i (0 .. $#parts)
	{
		my $part = $parts[$i];
		my $next = $parts[$i + 1];
		my $where = $page->path . ":$part->{line}";

		if ($part->{kind} eq 'note')
		{
			$skip = $1, next if $part->{text} =~ /^not run: (.*)/;
			next if $part->{text} eq 'make demo';
			next unless grep { is_run($_) } @parts;
			$scene //= Scene->new($cluster->(), "page_$name", $folder);
			eval { $scene->act($part->{text}); 1 } or ok(0, "$where $part->{text}", $@);
			next;
		}
		next unless $part->{kind} eq 'block';
		shell($where, $part) if $part->{language} =~ /^(?:sh|bash)$/;
		next unless is_run($part) && !is_demo($parts[$i - 1]);
		if (defined $skip)
		{
			left_out($where, $skip);
			undef $skip;
			next;
		}
		$scene //= Scene->new($cluster->(), "page_$name", $folder);
		if ($part->{language} eq 'tsql')
		{
			tsql($scene, $where, $part);
		}
		elsif ($part->{language} eq '')
		{
			conversation($scene, $where, $part);
		}
		else
		{
			my $shown = $next && $next->{kind} eq 'block' && $next->{language} =~ /^(?:output)?$/ && !is_run($next)
			  ? $next : undef;
			sql($scene, $where, $part->{text}, $shown ? $shown->{text} : undef,
				$shown ? $shown->{words} : '');
		}
	}
	$scene->close if $scene;
	return;
}

sub is_demo
{
	my ($part) = @_;
	return $part->{kind} eq 'note' && $part->{text} eq 'make demo';
}

sub title
{
	my ($text) = @_;
	my ($line) = grep { !/^\s*(?:--|$)/ } split /\n/, $text;
	return substr($line // '', 0, 70);
}

sub sql
{
	my ($scene, $where, $text, $shown, $words) = @_;
	my $out = eval { $scene->sql($text) };
	my $name = "$where " . title($text);

	if (!defined $out)
	{
		$scene->open;
		return ok(0, "$name: no answer", $@);
	}
	return ok(0, $name, $out) if $out =~ /^(?:ERROR|FATAL):/m && ($shown // '') !~ /^(?:ERROR|FATAL):/m;
	return ok(1, $name) unless defined $shown;
	my ($good, $said) = $words =~ /\bvaries\b/ ? headings_are($shown, $out) : ends_with($out, $shown);
	return ok($good, "$name, and its answer", $said);
}

sub conversation
{
	my ($scene, $where, $part) = @_;

	for my $turn (split /^(?=\w+=[>#] )/m, $part->{text})
	{
		my ($text, $shown) = $turn =~ /^\w+=[>#] (.*?;)[ \t]*\n(.*)$/s or do
		{
			ok(0, $where, "no statement:\n$turn");
			next;
		};
		sql($scene, $where, $text, $shown =~ /\S/ ? $shown : undef, '');
	}
	return;
}

sub plain
{
	my ($text) = @_;
	return grep { length && !/^\(\d+ rows?\)$/ }
	  map { s/\+$//r =~ s/^\s+|\s+$//gr } map { s/-{2,}/--/gr =~ s/\s+/ /gr } split /\n/, $text;
}

# Is the end of out what is shown?  An error may be shown without its CONTEXT.
sub ends_with
{
	my ($out, $shown) = @_;
	my @wanted = plain($shown);
	my @lines = plain($out);

	@lines = grep { !/^(?:CONTEXT|LINE \d+):|^\^$/ } @lines unless $shown =~ /^(?:CONTEXT|LINE \d+):/m;
	my @end = @lines >= @wanted ? @lines[ @lines - @wanted .. $#lines ] : ();
	for my $i (0 .. $#wanted)
	{
		my $pattern = join '.*?', map { quotemeta } split /…/, $wanted[$i], -1;
		return (0, "shown:\n" . join("\n", @wanted) . "\nprinted:\n" . join("\n", @lines))
		  unless defined $end[$i] && $end[$i] =~ /^$pattern$/;
	}
	return (1, '');
}

sub headings_are
{
	my ($shown, $out) = @_;
	my ($wanted) = plain($shown);
	my ($heading) = plain($out);
	return (($heading // '') eq $wanted, "shown:\n$wanted\nprinted:\n$out");
}

sub tsql
{
	my ($scene, $where, $part) = @_;
	my $name = "$where " . title($part->{text});

	for my $row (@not_there)
	{
		return left_out($where, $row->[1]) if $part->{text} =~ $row->[0];
	}
	my ($ok, $said) = $scene->tsql($part->{text});
	return ok($ok, $name, $said);
}

sub shells
{
	my ($page) = @_;
	shell($page->path . ":$_->{line}", $_) for grep { $_->{language} =~ /^(?:sh|bash)$/ } $page->blocks;
	return;
}

# Commands of a shell are read, not run.
sub shell
{
	my ($where, $part) = @_;
	my $err = '';
	my $ok = IPC::Run::run([ 'bash', '-n' ], '<', input_of($part->{text}), '>', \my $out, '2>', \$err);
	return ok($ok, "$where " . title($part->{text}), $err);
}

1;
