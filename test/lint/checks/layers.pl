#!/usr/bin/perl
# each layer includes itself and what stands to its left, nothing else
use strict;
use warnings;

use Lint;

# No clock, no memory, no input or output: see also checks/places.pl.  Intrinsics
# (emmintrin.h) only compute.
my %standard = map { $_ => 1 } qw(ctype.h emmintrin.h float.h inttypes.h limits.h stdarg.h stdbool.h
  stddef.h stdint.h stdio.h string.h);
my $freetds = qr{^(?:syb|sql|ct|cs|bk)(?:db|front|types|public)\.h$|^(?:tds|freetds)\b};

my %rank;
@rank{@LAYERS} = (0 .. $#LAYERS);
my $order = join(' < ', @LAYERS);

sub check_ours
{
	my ($where, $layer, $header, $to) = @_;

	problem($where, "\"$header\" does not exist in include/")
	  unless -f "include/$header";
	problem($where,
		"$layer must not include \"$header\": the order is $order; move what is shared to the left")
	  if $rank{$to} > $rank{$layer};
	return;
}

sub check_foreign
{
	my ($where, $path, $layer, $header, $quoted) = @_;

	if ($header =~ $freetds)
	{
		problem($where, "only src/wire includes FreeTDS; put what is needed into wire/wire.h")
		  unless $path =~ m{^src/wire/};
		return;
	}
	if ($layer eq 'pure')
	{
		problem($where, "pure includes no $header, only the C standard library's "
			  . "headers without clock, memory and files")
		  unless !$quoted && $standard{$header};
		return;
	}
	problem($where, "wire includes no \"$header\": no PostgreSQL header may stand behind the wall")
	  if $layer eq 'wire' && ($quoted || $header =~ m{^(?:postgres|libpq|catalog|utils|server)});
	return;
}

for my $path (files(qr{^(?:src|include)/.*\.[ch]$}), files(qr{^tds_mirror_fdw\.c$}))
{
	my ($layer) = $path =~ m{^(?:src|include)/([^/]+)/[^/]+$};

	next if $path eq 'tds_mirror_fdw.c';
	if (!defined $layer || !exists $rank{$layer})
	{
		problem($path, "no layer has such a folder; the layers are $order");
		next;
	}

	my $number = 0;
	for my $line (lines($path))
	{
		$number++;
		my ($open, $header) = $line =~ /^\s*#\s*include\s*(["<])([^">]+)[">]/ or next;
		my $where = "$path:$number";
		my ($to) = $header =~ m{^([^/]+)/[^/]+$};

		if (defined $to && exists $rank{$to} && -d "include/$to")
		{
			check_ours($where, $layer, $header, $to);
		}
		elsif ($path =~ m{^src/} && -f "src/$layer/$header")
		{
			next;    # private to the folder
		}
		elsif (my ($ours) = glob("include/*/$header"))
		{
			problem($where, "write \"" . ($ours =~ s{^include/}{}r) . "\", with its layer");
		}
		else
		{
			check_foreign($where, $path, $layer, $header, $open eq '"');
		}
	}
}

finish();
