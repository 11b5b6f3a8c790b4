# Source.pm: what the sources say: options, messages, targets.

package Source;

use strict;
use warnings;
use TdsMirror::Lab qw(slurp);

# Numbers and words that rows of the option table name.
my %words_of;

sub number
{
	my ($text, $defines) = @_;
	$text =~ s/HOURS\((\d+)\)/$1 * 3600000/e;
	$text =~ s/([A-Z_]{4,})/number($defines->{$1} \/\/ die("unknown: $1\n"), $defines)/ge;
	return eval $text;
}

# The rows of src/option/table.c: name, place, kind, min, max, fallback, words,
# required, superuser, same_as.
sub options
{
	my ($class, $top) = @_;
	my $text = slurp("$top/src/option/table.c");
	my %defines = $text =~ /^#define (\w+_MAX)\s+(.+)$/mg;
	my @rows;

	while ($text =~ /static const TmfOptionWord (\w+)\[\] = \{(.*?)\n\};/gs)
	{
		my ($name, $body) = ($1, $2);
		$words_of{$name} = [ $body =~ /\{"([^"]+)"/g ];
	}
	my ($table) = $text =~ /const TmfOption tmf_options\[\] = \{(.*?)\n\};/s;
	while ($table =~ /^\t\{"(\w+)", (SERVER|USER|TABLE|COLUMN), TMF_OPTION_(\w+)(.*?)\},?$/mgs)
	{
		my %row = (name => $1, place => $2, kind => $3);
		my @more = map { s/^\s+|\s+$//gr } grep { /\S/ } split /,(?![^(]*\))/, $4;
		my @values = grep { !/^\./ } @more;
		my %fields = map { /^\.(\w+)\s*=\s*(.*)$/s } @more;

		@row{qw(min max)} = map { number($_, \%defines) } @values[ 0, 1 ] if @values >= 2;
		$row{fallback} = $values[2] // $fields{fallback};
		$row{fallback} =~ s/^"|"$//g if defined $row{fallback};
		$row{words} = $words_of{ $fields{words} } if $fields{words};
		$row{$_} = 1 for grep { ($fields{$_} // '') eq 'true' } qw(required superuser);
		$row{same_as} = $fields{same_as} =~ s/"//gr if $fields{same_as};
		push @rows, \%row;
	}
	return @rows;
}

# The text between the parenthesis at pos and its counterpart.
sub balanced
{
	my ($text, $pos) = @_;
	my $depth = 0;

	pos($text) = $pos;
	while ($text =~ /\G(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*.*?\*\/|[^()"'\/]+|([()])|\/)/gcs)
	{
		$depth += $1 eq '(' ? 1 : -1 if defined $1;
		return substr($text, $pos + 1, pos($text) - $pos - 2) if $depth == 0;
	}
	die "a parenthesis has no counterpart\n";
}

# The first argument of a call, as the text of a message: literals one after the other.
sub literal
{
	my ($arguments) = @_;
	my $text = '';

	while ($arguments =~ /\G\s*(?:"((?:[^"\\]|\\.)*)"|U?INT64_FORMAT)/gc)
	{
		$text .= defined $1 ? $1 : '%d';
	}
	$text =~ s/\\(["\\])/$1/g;
	return $text;
}

# Every message of an ereport: {level, text, states => {SQLSTATE => 1}, where}.
sub messages
{
	my ($class, $top, $state_of) = @_;
	my @messages;

	for my $path (sort glob("$top/src/*/*.c"), "$top/tds_mirror_fdw.c")
	{
		my $text = slurp($path);
		(my $where = $path) =~ s/^\Q$top\E\///;

		while ($text =~ /\bereport\(/g)
		{
			my $line = 1 + (substr($text, 0, $-[0]) =~ tr/\n//);
			my $body = balanced($text, $+[0] - 1);
			my ($level) = $body =~ /^\s*([^,]+?)\s*,/;
			my @states = map { $state_of->{$_} // () } $body =~ /\b(ERRCODE_\w+)/g;

			while ($body =~ /\berrmsg\(/g)
			{
				push @messages, { level => $level, text => literal(balanced($body, $+[0] - 1)),
					states => { map { $_ => 1 } @states }, where => "$where:$line" };
			}
		}
	}
	return @messages;
}

# ERRCODE_X => SQLSTATE, from the server's header.
sub states
{
	my ($class) = @_;
	my $config = $ENV{PG_CONFIG} // 'pg_config';
	chomp(my $include = `$config --includedir-server`);
	my $header = slurp("$include/utils/errcodes.h");
	my %state_of;

	while ($header =~ /^#define (ERRCODE_\w+) MAKE_SQLSTATE\('(.)','(.)','(.)','(.)','(.)'\)/mg)
	{
		$state_of{$1} = "$2$3$4$5$6";
	}
	return \%state_of;
}

# What make knows: our targets, and those of PGXS.
sub targets
{
	my ($class, $top) = @_;
	my $rules = slurp("$top/test/lab.mk");
	my %targets = map { $_ => 1 } qw(all install uninstall clean);

	$targets{$_} = 1 for map { split } $rules =~ /^([\w -]+?):(?!=)/mg, slurp("$top/Makefile") =~ /^LAB_TARGETS = (.*)$/mg;
	return \%targets;
}

1;
