/* SPDX-License-Identifier: MIT */
/*
 * The calendar, in UTC. Days are counted from 1970-01-01; a year is made to start in March, so that the leap day
 * comes last and the lengths of the months before it follow one formula, (153 m + 2) / 5.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECS_PER_DAY 86400
#define DAYS_400_YEARS 146097
#define MARCH_1_0000 719468	/* days from 0000-03-01 to 1970-01-01 */

static const char days[7][10] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
static const char months[12][10] = {
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
	"November", "December",
};

static int leap(long long year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static long long floor_div(long long a, long long b)
{
	return a / b - (a % b < 0);
}

struct tm *gmtime_r(const time_t *restrict t, struct tm *restrict tm)
{
	long long day = floor_div(*t, SECS_PER_DAY), era, year;
	long rest = (long)(*t - day * SECS_PER_DAY), doe, yoe, doy, mp;

	memset(tm, 0, sizeof(*tm));
	tm->tm_hour = (int)(rest / 3600);
	tm->tm_min = (int)(rest / 60 % 60);
	tm->tm_sec = (int)(rest % 60);
	tm->tm_wday = (int)(((day + 4) % 7 + 7) % 7);
	day += MARCH_1_0000;
	era = floor_div(day, DAYS_400_YEARS);
	doe = (long)(day - era * DAYS_400_YEARS);
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	year = era * 400 + yoe + (mp >= 10);
	tm->tm_mday = (int)(doy - (153 * mp + 2) / 5 + 1);
	tm->tm_mon = (int)(mp < 10 ? mp + 2 : mp - 10);
	tm->tm_year = (int)(year - 1900);
	tm->tm_yday = (int)(mp < 10 ? doy + 59 + leap(year) : doy - 306);
	tm->tm_zone = "UTC";
	return tm;
}

struct tm *gmtime(const time_t *t)
{
	static struct tm tm;

	return gmtime_r(t, &tm);
}

struct tm *localtime_r(const time_t *restrict t, struct tm *restrict tm) { return gmtime_r(t, tm); }
struct tm *localtime(const time_t *t) { return gmtime(t); }
void tzset(void) { }

time_t timegm(struct tm *tm)
{
	long long year = tm->tm_year + 1900ll + floor_div(tm->tm_mon, 12), era, day;
	int mon = tm->tm_mon - (int)floor_div(tm->tm_mon, 12) * 12, mp = mon >= 2 ? mon - 2 : mon + 10;
	long yoe;
	time_t t;

	year -= mon < 2;
	era = floor_div(year, 400);
	yoe = (long)(year - era * 400);
	day = era * DAYS_400_YEARS + yoe * 365 + yoe / 4 - yoe / 100 + (153 * mp + 2) / 5 + tm->tm_mday - 1 - MARCH_1_0000;
	t = ((day * 24 + tm->tm_hour) * 60 + tm->tm_min) * 60 + tm->tm_sec;
	gmtime_r(&t, tm);
	return t;
}

time_t mktime(struct tm *tm)
{
	return timegm(tm);
}

/* The ISO 8601 week: week 1 holds the year's first Thursday. */
static int iso_week(const struct tm *tm, int *year)
{
	int wday = (tm->tm_wday + 6) % 7, week = (tm->tm_yday - wday + 10) / 7;
	int jan1 = (wday - tm->tm_yday % 7 + 7) % 7;

	*year = tm->tm_year + 1900;
	if (week < 1) {
		(*year)--;
		jan1 = (jan1 - 1 - leap(*year) + 7) % 7;
		return 52 + (jan1 == 3 || (jan1 == 2 && leap(*year)));
	}
	if (week == 53 && !(jan1 == 3 || (jan1 == 2 && leap(*year)))) {
		(*year)++;
		return 1;
	}
	return week;
}

static int conversion(char *buf, size_t size, char c, const struct tm *tm)
{
	int hour12 = tm->tm_hour % 12 ? tm->tm_hour % 12 : 12, year, week;
	struct tm copy = *tm;

	switch (c) {
	case 'a': return snprintf(buf, size, "%.3s", days[tm->tm_wday]);
	case 'A': return snprintf(buf, size, "%s", days[tm->tm_wday]);
	case 'b':
	case 'h': return snprintf(buf, size, "%.3s", months[tm->tm_mon]);
	case 'B': return snprintf(buf, size, "%s", months[tm->tm_mon]);
	case 'c': return (int)strftime(buf, size, "%a %b %e %H:%M:%S %Y", tm);
	case 'C': return snprintf(buf, size, "%02d", (tm->tm_year + 1900) / 100);
	case 'd': return snprintf(buf, size, "%02d", tm->tm_mday);
	case 'D':
	case 'x': return (int)strftime(buf, size, "%m/%d/%y", tm);
	case 'e': return snprintf(buf, size, "%2d", tm->tm_mday);
	case 'F': return (int)strftime(buf, size, "%Y-%m-%d", tm);
	case 'H': return snprintf(buf, size, "%02d", tm->tm_hour);
	case 'I': return snprintf(buf, size, "%02d", hour12);
	case 'j': return snprintf(buf, size, "%03d", tm->tm_yday + 1);
	case 'k': return snprintf(buf, size, "%2d", tm->tm_hour);
	case 'l': return snprintf(buf, size, "%2d", hour12);
	case 'm': return snprintf(buf, size, "%02d", tm->tm_mon + 1);
	case 'M': return snprintf(buf, size, "%02d", tm->tm_min);
	case 'n': return snprintf(buf, size, "\n");
	case 'p': return snprintf(buf, size, "%s", tm->tm_hour < 12 ? "AM" : "PM");
	case 'P': return snprintf(buf, size, "%s", tm->tm_hour < 12 ? "am" : "pm");
	case 'r': return (int)strftime(buf, size, "%I:%M:%S %p", tm);
	case 'R': return (int)strftime(buf, size, "%H:%M", tm);
	case 's': return snprintf(buf, size, "%lld", timegm(&copy));
	case 'S': return snprintf(buf, size, "%02d", tm->tm_sec);
	case 't': return snprintf(buf, size, "\t");
	case 'T':
	case 'X': return (int)strftime(buf, size, "%H:%M:%S", tm);
	case 'u': return snprintf(buf, size, "%d", tm->tm_wday ? tm->tm_wday : 7);
	case 'U': return snprintf(buf, size, "%02d", (tm->tm_yday + 7 - tm->tm_wday) / 7);
	case 'V':
		week = iso_week(tm, &year);
		return snprintf(buf, size, "%02d", week);
	case 'G':
		iso_week(tm, &year);
		return snprintf(buf, size, "%d", year);
	case 'w': return snprintf(buf, size, "%d", tm->tm_wday);
	case 'W': return snprintf(buf, size, "%02d", (tm->tm_yday + 7 - (tm->tm_wday + 6) % 7) / 7);
	case 'y': return snprintf(buf, size, "%02d", tm->tm_year % 100);
	case 'Y': return snprintf(buf, size, "%d", tm->tm_year + 1900);
	case 'z': return snprintf(buf, size, "+0000");
	case 'Z': return snprintf(buf, size, "%s", tm->tm_zone ? tm->tm_zone : "UTC");
	case '%': return snprintf(buf, size, "%%");
	}
	return snprintf(buf, size, "%%%c", c);
}

size_t strftime(char *restrict s, size_t max, const char *restrict fmt, const struct tm *restrict tm)
{
	size_t n = 0;

	for (; *fmt; fmt++) {
		char buf[64] = { *fmt };
		int len = 1;

		if (*fmt == '%' && fmt[1])
			len = conversion(buf, sizeof(buf), *++fmt, tm);
		if (n + len >= max)
			return 0;
		memcpy(s + n, buf, len);
		n += len;
	}
	if (!max)
		return 0;
	s[n] = 0;
	return n;
}

char *asctime(const struct tm *tm)
{
	static char buf[64];

	strftime(buf, sizeof(buf), "%a %b %e %H:%M:%S %Y\n", tm);
	return buf;
}

char *ctime(const time_t *t)
{
	return asctime(localtime(t));
}
