#!/usr/bin/perl
# META.json is what PGXN's Meta Spec 1.0 asks for, and names files that exist
use strict;
use warnings;

use JSON::PP;
use Lint;

my $where = 'META.json';

# What a value may be: true, or a complaint.
my $no_controls = qr{\A[^[:cntrl:]/\\]+\z};
my %kinds = (
	text => sub { !ref $_[0] && length $_[0] },
	term => sub { !ref $_[0] && $_[0] =~ $no_controls && $_[0] =~ /\A\S{2,}\z/ },
	tag => sub { !ref $_[0] && length $_[0] <= 255 && $_[0] =~ $no_controls },
	url => sub { !ref $_[0] && $_[0] =~ m{\A[a-z][a-z0-9+.-]*://[^/?\#]+} },
	email => sub { !ref $_[0] && $_[0] =~ /\A\S+@\S+\z/ },
	lower => sub { !ref $_[0] && $_[0] =~ /\A[^[:upper:]]+\z/ },
	version => sub { !ref $_[0] && $_[0] =~ /\A(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-?[a-zA-Z][-0-9A-Za-z]*)?\z/ },
	range => sub {
		!ref $_[0] && !grep { !/\A\s*(?:[<>]=?|[=!]=)?\s*(?:0|\d+\.\d+\.\d+(?:-?[a-zA-Z][-\w]*)?)\s*\z/ } split /,/, $_[0], -1;
	},
	file => sub { !ref $_[0] && length $_[0] && $_[0] !~ m{\A/|(?:\A|/)\.\.(?:/|\z)} && -f $_[0] },
	path => sub { !ref $_[0] && length $_[0] && -e $_[0] },
	status => sub { !ref $_[0] && $_[0] =~ /\A(?:stable|testing|unstable)\z/ },
	license => sub {
		!ref $_[0] && $_[0] =~ /\A(?:agpl_3|apache_1_1|apache_2_0|artistic_[12]|bsd|freebsd|gfdl_1_[23]
			|gpl_[123]|lgpl_2_1|lgpl_3_0|mit|mozilla_1_[01]|openssl|perl_5|postgresql|qpl_1_0|ssleay|sun
			|zlib|open_source|restricted|unrestricted|unknown)\z/x;
	},
	anything => sub { 1 });

# A word names a kind; [x] is a list of it, of which one may stand alone; {...} a
# map, in which "!" marks what must be there, /.../ stands for all names that match.
my $entries = { '//term' => 'range' };
my $phase = { map { $_ => $entries } qw(requires recommends suggests conflicts) };
my $spec = {
	'name!' => 'term',
	'abstract!' => 'text',
	'version!' => 'version',
	'maintainer!' => ['text'],
	'license!' => ['license'],
	'provides!' => {
		'//term' => { 'file!' => 'file', 'version!' => 'version', docfile => 'file', abstract => 'text', '//x_' => 'anything' }
	},
	'meta-spec!' => { 'version!' => 'version', url => 'url', '//x_' => 'anything' },
	description => 'text',
	generated_by => 'text',
	release_status => 'status',
	tags => ['tag'],
	no_index => { file => ['path'], directory => ['path'], '//x_' => 'anything' },
	prereqs => { map { $_ => $phase } qw(configure build test runtime develop) },
	resources => {
		homepage => 'url',
		bugtracker => { web => 'url', mailto => 'email', '//x_' => 'anything' },
		repository => { url => 'url', web => 'url', type => 'lower', '//x_' => 'anything' },
		'//x_' => 'anything'
	},
	'//x_' => 'anything'
};

sub name_fits
{
	my ($rule, $name) = @_;

	return $rule eq '//' || ($rule eq '//x_' && $name =~ /\Ax_[-\w]+\z/i) || ($rule eq '//term' && $kinds{term}->($name));
}

sub check
{
	my ($path, $rule, $value) = @_;

	if (ref $rule eq 'HASH')
	{
		return problem($where, "$path is no map") if ref $value ne 'HASH';
		for my $must (map { /^(.*)!$/ ? $1 : () } sort keys %{$rule})
		{
			problem($where, "$path has no \"$must\"") unless exists $value->{$must};
		}
		for my $name (sort keys %{$value})
		{
			my ($key) = grep { exists $rule->{$_} } $name, "$name!";

			($key) = grep { m{^//} && name_fits($_, $name) } sort keys %{$rule} unless defined $key;
			defined $key
			  ? check("$path.$name", $rule->{$key}, $value->{$name})
			  : problem($where, "$path may not have \"$name\"");
		}
	}
	elsif (ref $rule eq 'ARRAY')
	{
		check($path, $rule->[0], $_) for ref $value eq 'ARRAY' ? @{$value} : $value;
	}
	elsif (!defined $value || !$kinds{$rule}->($value))
	{
		problem($where, "$path is no $rule: " . (ref $value || $value // 'null'));
	}
	return;
}

my $meta = eval { JSON::PP->new->utf8->decode(join "\n", lines($where)) };
if (!defined $meta)
{
	problem($where, "no JSON: $@");
	finish();
}
check('it', $spec, $meta);
problem($where, 'provides nothing') unless %{ $meta->{provides} // {} };
finish();
