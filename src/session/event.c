/*
 * src/session/event.c
 *		Lines in the server's log for whoever runs it.
 *
 * They come from callers that clean up, or that hold a COMMIT whose answer is
 * missing, so nothing here may raise, serve an interrupt or need memory.  The
 * statement and its context stay out: they have the user's values in them.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "session/event.h"
#include "session/report.h"

#define EVENT_MAX	1024

static const char *const side_names[PAIR_SIDES] = {
	[PAIR_INITIAL] = "initial",
	[PAIR_FAILOVER] = "failover"
};

void
tmf_event(const char *server_name, const char *sqlstate, const char *detail,
		  const char *format,...)
{
	char		text[EVENT_MAX];
	va_list		arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	text[pg_mbcliplen(text, strlen(text), sizeof(text) - 1)] = '\0';

	HOLD_INTERRUPTS();
	ereport(LOG,
			(errcode(tmf_report_sqlstate(sqlstate ? sqlstate : "00000")),
			 errmsg_internal("tds_mirror_fdw: server \"%s\": %s", server_name, text),
			 detail ? errdetail_internal("%s", detail) : 0,
			 errhidestmt(true),
			 errhidecontext(true)));
	RESUME_INTERRUPTS();
}

void
tmf_event_partner(TmfPartners *partners, const TmfServerOptions *options, PairSide side,
				  TmfPartnerNews news, const char *summary)
{
	TmfPartnerSide *entry = &partners->side[side];
	TmfPartnerNews former = entry->told;
	char		address[ENDPOINT_TEXT_MAX];

	if (news == former)
		return;
	entry->told = news;
	endpoint_format(&entry->endpoint, address, sizeof(address));
	switch (news)
	{
		case TMF_NEWS_ANSWERS:
			tmf_event(options->name, NULL, NULL, "%s partner %s answers again",
					  side_names[side], address);
			break;
		case TMF_NEWS_SILENT:
			tmf_event(options->name, "08001", NULL, "%s partner %s does not answer: %s",
					  side_names[side], address, summary);
			break;
		case TMF_NEWS_REFUSED:
			tmf_event(options->name, "08001", NULL, "%s partner %s is refused: %s",
					  side_names[side], address, summary);
			break;
	}
}
