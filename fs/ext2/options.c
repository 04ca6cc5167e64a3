/* SPDX-License-Identifier: MIT */
/*
 * What the administrator has said (mount options, as Linux's ext2 takes them), and what happens when the disk
 * turns out to hold what it must not.
 *
 * Such errors are never the kernel's: a program may have written to the disk, a sector may have rotted. So nothing
 * panics by itself; the operation fails, the superblock notes that e2fsck should look, and errors= decides
 * whether to go on.
 */
#include "fs/ext2/ext2.h"
#include "fs/seq_file.h"
#include "kernel/panic.h"
#include "lib/kstrtox.h"
#include "lib/printf.h"
#include "lib/string.h"

#define MAX_REPORTS 10u			/* one bad block can be met a thousand times */

void ext2_error(struct super_block *sb, const char *fmt, ...)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	char text[160];
	va_list args;
	u32 seen;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	spin_lock(&sbi->s_lock);
	seen = sbi->s_errors_seen++;
	sbi->s_mount_state |= EXT2_ERROR_FS;
	spin_unlock(&sbi->s_lock);
	if (seen < MAX_REPORTS)
		pr_err("EXT2-fs (%s): error: %s\n", sb->s_id, text);
	else if (seen == MAX_REPORTS)
		pr_err("EXT2-fs (%s): further errors are not shown: unmount it and run e2fsck\n", sb->s_id);
	if (!(sb->s_flags & SB_RDONLY)) {
		sbi->s_es->s_state |= EXT2_ERROR_FS;
		mark_buffer_dirty(sbi->s_sbh);
	}
	if (sbi->s_opts.errors == EXT2_ERRORS_PANIC)
		panic("EXT2-fs (%s): an error, and errors=panic was asked for", sb->s_id);
	if (sbi->s_opts.errors == EXT2_ERRORS_RO && !(sb->s_flags & SB_RDONLY)) {
		pr_err("EXT2-fs (%s): is read-only from now on (errors=remount-ro)\n", sb->s_id);
		sb->s_flags |= SB_RDONLY;	/* without s_umount, which the caller may hold: a flag that only rises here */
	}
}

static const char *const error_names[] = {
	[EXT2_ERRORS_CONTINUE] = "continue", [EXT2_ERRORS_RO] = "remount-ro", [EXT2_ERRORS_PANIC] = "panic",
};

static int parse_errors(struct ext2_mount_options *opts, const char *value)
{
	for (u16 i = EXT2_ERRORS_CONTINUE; i < ARRAY_SIZE(error_names); i++)
		if (!strcmp(value, error_names[i])) {
			opts->errors = i;
			return 0;
		}
	return -EINVAL;
}

static int parse_option(struct ext2_mount_options *opts, const char *name, const char *value)
{
	if (!strcmp(name, "bsddf") || !strcmp(name, "minixdf")) {
		opts->minix_df = *name == 'm';
		return *value ? -EINVAL : 0;
	}
	if (!strcmp(name, "nocheck") || !strcmp(name, "check"))
		return !*value || !strcmp(value, "none") ? 0 : -EINVAL;	/* mounting never runs a check */
	if (!strcmp(name, "errors"))
		return parse_errors(opts, value);
	if (!strcmp(name, "resuid"))
		return kstrtouint(value, 10, &opts->resuid);
	if (!strcmp(name, "resgid"))
		return kstrtouint(value, 10, &opts->resgid);
	if (!strcmp(name, "sb"))
		return kstrtouint(value, 0, &opts->sb_block);
	return -EINVAL;
}

int ext2_parse_options(struct super_block *sb, struct ext2_mount_options *opts, char *options)
{
	static char none[] = "";
	char *option;

	while ((option = strsep(&options, ",")) != NULL) {
		char *value = strchr(option, '=');

		if (!*option)
			continue;
		if (value)
			*value++ = '\0';
		if (parse_option(opts, option, value ? value : none)) {
			pr_err("EXT2-fs (%s): mount option %s%s%s is not known: try errors=continue|remount-ro|panic, resuid=N, "
			       "resgid=N, sb=N, bsddf or minixdf\n", sb->s_id, option, value ? "=" : "", value ? value : none);
			return -EINVAL;
		}
	}
	return 0;
}

/* As Linux: what differs from what the superblock says. */
int ext2_show_options(struct seq_file *m, struct dentry *root)
{
	const struct ext2_sb_info *sbi = EXT2_SB(root->d_sb);
	const struct ext2_super_block *es = sbi->s_es;
	const struct ext2_mount_options *opts = &sbi->s_opts;

	if (opts->sb_block != 1)
		seq_printf(m, ",sb=%u", opts->sb_block);
	if (opts->minix_df)
		seq_puts(m, ",minixdf");
	if (opts->resuid != es->s_def_resuid)
		seq_printf(m, ",resuid=%u", opts->resuid);
	if (opts->resgid != es->s_def_resgid)
		seq_printf(m, ",resgid=%u", opts->resgid);
	if (opts->errors != es->s_errors)
		seq_printf(m, ",errors=%s", error_names[opts->errors]);
	return 0;
}
