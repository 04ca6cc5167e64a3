/* SPDX-License-Identifier: MIT */
/*
 * The operations on names. The VFS has checked permissions and kinds and holds the directories' i_mutex; what
 * is left is to change entries, inodes and link counts so that an error on the way leaves nothing behind: all
 * that can fail (finding, allocating, a look at "..") comes first.
 *
 * d_cookie of a dentry remembers where its entry is, so that removing it need not search. It is a hint.
 *
 * A directory has one name, and the VFS relies on it: its locks go from the parent to the child. A damaged disk may
 * name a directory twice, or inside itself. So each directory in memory knows the place of its name (i_parent,
 * i_parent_pos), and one that is met in another place is refused.
 */
#include "fs/ext2/ext2.h"
#include "lib/err.h"
#include "lib/string.h"

static void set_place(struct inode *inode, const struct inode *dir, u32 pos)
{
	struct ext2_inode_info *ei = EXT2_I(inode);

	spin_lock(&inode->i_lock);
	ei->i_parent = (u32)dir->i_ino;
	ei->i_parent_pos = pos;
	spin_unlock(&inode->i_lock);
}

/* Is this the directory's only name, as far as it is known? */
static bool claim_place(struct inode *inode, const struct inode *dir, u32 pos)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	bool ok;

	spin_lock(&inode->i_lock);
	ok = !ei->i_parent || (ei->i_parent == dir->i_ino && ei->i_parent_pos == pos);
	if (ok) {
		ei->i_parent = (u32)dir->i_ino;
		ei->i_parent_pos = pos;
	}
	spin_unlock(&inode->i_lock);
	if (!ok)
		ext2_error(inode->i_sb, "directory #%llu has a second name in directory #%llu", inode->i_ino, dir->i_ino);
	return ok;
}

static struct inode *inode_of_entry(struct inode *dir, u32 ino, u32 pos)
{
	struct inode *inode = ext2_iget(dir->i_sb, ino);

	if (IS_ERR(inode)) {
		if (PTR_ERR(inode) != -ESTALE)
			return inode;
		ext2_error(dir->i_sb, "directory #%llu names inode #%u, which has been deleted", dir->i_ino, ino);
		return ERR_PTR(-EFSCORRUPTED);
	}
	if (S_ISDIR(inode->i_mode) && !claim_place(inode, dir, pos)) {
		iput(inode);
		return ERR_PTR(-EFSCORRUPTED);
	}
	return inode;
}

static struct dentry *ext2_lookup(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = NULL;
	struct ext2_dir_pos at;
	int err = ext2_find_entry(dir, &dentry->d_name, 0, &at);

	if (!err) {
		u32 ino = at.de->inode;

		brelse(at.bh);
		inode = inode_of_entry(dir, ino, at.pos);
		if (IS_ERR(inode))
			return ERR_CAST(inode);
		dentry->d_cookie = at.pos;
	} else if (err != -ENOENT) {
		return ERR_PTR(err);
	}
	d_add(dentry, inode);
	return NULL;
}

/* A new inode that will have no name: its eviction frees what it has. */
static void discard_new(struct inode *inode)
{
	clear_nlink(inode);
	iput(inode);
}

/* The new inode gets its name; on an error it goes. */
static int add_nondir(struct inode *dir, struct dentry *dentry, struct inode *inode)
{
	u32 pos;
	int err = ext2_add_entry(dir, &dentry->d_name, inode, &pos);

	if (err) {
		discard_new(inode);
		return err;
	}
	dentry->d_cookie = pos;
	d_instantiate(dentry, inode);
	return 0;
}

static int ext2_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev)
{
	struct inode *inode = ext2_new_inode(dir, mode, rdev);

	return IS_ERR(inode) ? (int)PTR_ERR(inode) : add_nondir(dir, dentry, inode);
}

static int ext2_create(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	return ext2_mknod(dir, dentry, mode | S_IFREG, 0);
}

static int ext2_tmpfile(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	struct inode *inode = ext2_new_inode(dir, mode, 0);

	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	clear_nlink(inode);
	mark_inode_dirty(inode);
	d_instantiate(dentry, inode);
	return 0;
}

static int ext2_symlink(struct inode *dir, struct dentry *dentry, const char *target)
{
	struct inode *inode;
	int err;

	if (strlen(target) >= dir->i_sb->s_blocksize)
		return -ENAMETOOLONG;
	inode = ext2_new_inode(dir, S_IFLNK | S_IRWXUGO, 0);
	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	err = ext2_write_link(inode, target);
	if (err) {
		discard_new(inode);
		return err;
	}
	mark_inode_dirty(inode);
	return add_nondir(dir, dentry, inode);
}

static int ext2_link(struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = old->d_inode;
	u32 pos;
	int err;

	if (inode->i_nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	err = ext2_add_entry(dir, &dentry->d_name, inode, &pos);
	if (err)
		return err;
	inode->i_ctime = current_fs_time();
	inc_nlink(inode);
	mark_inode_dirty(inode);
	dentry->d_cookie = pos;
	d_instantiate(dentry, ihold(inode));
	return 0;
}

static int ext2_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	struct inode *inode;
	u32 pos;
	int err;

	if (dir->i_nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	inode = ext2_new_inode(dir, S_IFDIR | mode, 0);
	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	err = ext2_make_empty(inode, dir);
	if (!err)
		err = ext2_add_entry(dir, &dentry->d_name, inode, &pos);
	if (err) {
		discard_new(inode);
		return err;
	}
	set_nlink(inode, 2);		/* its name and its "." */
	mark_inode_dirty(inode);
	inc_nlink(dir);			/* its ".." */
	mark_inode_dirty(dir);
	set_place(inode, dir, pos);
	dentry->d_cookie = pos;
	d_instantiate(dentry, inode);
	return 0;
}

static int ext2_unlink(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;
	struct ext2_dir_pos at;
	int err = ext2_find_entry(dir, &dentry->d_name, dentry->d_cookie, &at);

	if (!err)
		err = ext2_delete_entry(dir, &at);
	if (err)
		return err == -ENOENT ? -EFSCORRUPTED : err;	/* the VFS has seen it */
	inode->i_ctime = dir->i_ctime;
	ext2_drop_nlink(inode);
	return 0;
}

/* A directory that has lost its name and with it what "." and its parent's count owe to it. */
static void drop_directory(struct inode *dir, struct inode *inode)
{
	ext2_drop_nlink(inode);
	ext2_drop_nlink(dir);
}

static int ext2_rmdir(struct inode *dir, struct dentry *dentry)
{
	int err = ext2_empty_dir(dentry->d_inode);

	if (!err)
		err = ext2_unlink(dir, dentry);
	if (!err)
		drop_directory(dir, dentry->d_inode);
	return err;
}

/* Where a rename begins: the entries of a name and, if it is a directory that changes its parent, of its "..". */
struct moving { struct ext2_dir_pos entry, dotdot; bool has_dotdot; };

static int find_moving(struct inode *dir, struct dentry *dentry, bool new_parent, struct moving *m)
{
	struct inode *inode = dentry->d_inode;
	int err = ext2_find_entry(dir, &dentry->d_name, dentry->d_cookie, &m->entry);

	m->has_dotdot = false;
	if (err || !new_parent || !S_ISDIR(inode->i_mode))
		return err;
	err = ext2_find_dotdot(inode, &m->dotdot);
	m->has_dotdot = !err;
	if (err)
		brelse(m->entry.bh);
	return err;
}

static void forget_moving(struct moving *m)
{
	brelse(m->entry.bh);
	if (m->has_dotdot)
		brelse(m->dotdot.bh);
}

/* The inode has its name at pos of dir now. ".." and the parents' counts follow. */
static void moved(struct inode *inode, struct moving *m, struct inode *from, struct inode *dir, u32 pos)
{
	inode->i_ctime = current_fs_time();
	mark_inode_dirty(inode);
	if (!S_ISDIR(inode->i_mode))
		return;
	set_place(inode, dir, pos);
	if (!m->has_dotdot)
		return;
	ext2_set_entry(inode, &m->dotdot, dir);
	inc_nlink(dir);
	mark_inode_dirty(dir);
	ext2_drop_nlink(from);
}

static int ext2_exchange(struct inode *a_dir, struct dentry *a, struct inode *b_dir, struct dentry *b)
{
	bool a_is_dir = S_ISDIR(a->d_inode->i_mode), b_is_dir = S_ISDIR(b->d_inode->i_mode);
	struct moving am, bm;
	u32 a_pos, b_pos;
	int err;

	if (a_dir != b_dir && a_is_dir != b_is_dir && (a_is_dir ? b_dir : a_dir)->i_nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	err = find_moving(a_dir, a, a_dir != b_dir, &am);
	if (err)
		return err;
	err = find_moving(b_dir, b, a_dir != b_dir, &bm);
	if (err) {
		forget_moving(&am);
		return err;
	}
	a_pos = am.entry.pos;
	b_pos = bm.entry.pos;
	ext2_set_entry(a_dir, &am.entry, b->d_inode);
	ext2_set_entry(b_dir, &bm.entry, a->d_inode);
	moved(a->d_inode, &am, a_dir, b_dir, b_pos);
	moved(b->d_inode, &bm, b_dir, a_dir, a_pos);
	a->d_cookie = b_pos;
	b->d_cookie = a_pos;
	return 0;
}

/* The new name leads to the inode: an entry is added, or the victim's is taken. */
static int take_name(struct inode *dir, struct dentry *dentry, struct inode *inode, u32 *pos)
{
	struct inode *victim = dentry->d_inode;
	struct ext2_dir_pos at;
	int err;

	if (!victim)
		return ext2_add_entry(dir, &dentry->d_name, inode, pos);
	err = S_ISDIR(victim->i_mode) ? ext2_empty_dir(victim) : 0;
	if (!err)
		err = ext2_find_entry(dir, &dentry->d_name, dentry->d_cookie, &at);
	if (err)
		return err;
	*pos = at.pos;
	ext2_set_entry(dir, &at, inode);
	victim->i_ctime = dir->i_ctime;
	ext2_drop_nlink(victim);
	if (S_ISDIR(victim->i_mode))
		drop_directory(dir, victim);
	return 0;
}

static int ext2_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *new, u32 flags)
{
	struct inode *inode = old->d_inode;
	struct moving m;
	u32 pos;
	int err;

	if (flags & RENAME_EXCHANGE)
		return ext2_exchange(old_dir, old, new_dir, new);
	if (S_ISDIR(inode->i_mode) && old_dir != new_dir && !new->d_inode && new_dir->i_nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	err = find_moving(old_dir, old, old_dir != new_dir, &m);
	if (err)
		return err;
	err = take_name(new_dir, new, inode, &pos);
	if (err) {
		forget_moving(&m);
		return err;
	}
	moved(inode, &m, old_dir, new_dir, pos);
	old->d_cookie = pos;
	return ext2_delete_entry(old_dir, &m.entry);
}

const struct inode_operations ext2_dir_iops = {
	.lookup = ext2_lookup,
	.create = ext2_create,
	.link = ext2_link,
	.unlink = ext2_unlink,
	.symlink = ext2_symlink,
	.mkdir = ext2_mkdir,
	.rmdir = ext2_rmdir,
	.mknod = ext2_mknod,
	.rename = ext2_rename,
	.tmpfile = ext2_tmpfile,
	.setattr = ext2_setattr,
};
const struct inode_operations ext2_special_iops = { .setattr = ext2_setattr };
