// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Makes the kernel get into trouble on demand: the name of a kind written to /proc/trouble starts it. Reading /proc/trouble shows the addresses
 * and owners that an analyser of the dump has to find. It writes nothing to the kernel log: what a dump's log says, the kernel itself said.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

struct parcel {
	struct list_head list;
	u64 weight;
	char label[40];
};

static DEFINE_MUTEX(shelf_mutex);
static DEFINE_MUTEX(ledger_mutex);
static DECLARE_RWSEM(catalogue_sem);
static DEFINE_SPINLOCK(counter_lock);
static DECLARE_COMPLETION(never_done);
static LIST_HEAD(parcels);

/* The oops has to be in a function of its own, with a caller. */
static noinline void weigh_parcel(struct parcel *parcel)
{
	WRITE_ONCE(parcel->weight, 17);
}

static noinline int clerk(void *unused)
{
	msleep(200);
	weigh_parcel(NULL);
	return 0;
}

static noinline int lock_both(struct mutex *first, struct mutex *second)
{
	mutex_lock(first);
	msleep(500);
	mutex_lock(second);
	mutex_unlock(second);
	mutex_unlock(first);
	return 0;
}

static int shelf_first(void *unused)
{
	return lock_both(&shelf_mutex, &ledger_mutex);
}

static int ledger_first(void *unused)
{
	return lock_both(&ledger_mutex, &shelf_mutex);
}

static noinline int wait_for_shelf(void *unused)
{
	msleep(1000);
	mutex_lock(&shelf_mutex);
	mutex_unlock(&shelf_mutex);
	return 0;
}

static noinline int write_catalogue(void *unused)
{
	down_write(&catalogue_sem);
	wait_for_completion(&never_done);
	up_write(&catalogue_sem);
	return 0;
}

static noinline int read_catalogue(void *unused)
{
	msleep(500);
	down_read(&catalogue_sem);
	up_read(&catalogue_sem);
	return 0;
}

static noinline int count_for_ever(void *unused)
{
	spin_lock(&counter_lock);
	for (;;)
		cpu_relax();
	return 0;
}

static noinline void check_stock(void)
{
	BUG_ON(list_empty(&parcels));
}

static noinline void tear_label(void)
{
	struct parcel *parcel = kmalloc(sizeof(*parcel), GFP_KERNEL);
	int past;

	if (!parcel)
		return;
	/* Volatile: the compiler would warn of it, and the fortified memset would stop it. */
	for (past = 0; past < 8; past++)
		((volatile char *)(parcel + 1))[past] = 'x';
	kfree(parcel);
}

static noinline int hoard(void *unused)
{
	for (;;) {
		struct parcel *parcel = kmalloc(sizeof(*parcel), GFP_KERNEL);

		if (!parcel)
			return 0;
		list_add(&parcel->list, &parcels);
		cond_resched();
	}
}

static void start(int (*function)(void *), const char *name)
{
	kthread_run(function, NULL, "%s", name);
}

static ssize_t trouble_write(struct file *file, const char __user *text, size_t length, loff_t *offset)
{
	char kind[32];

	if (length >= sizeof(kind))
		return -EINVAL;
	if (copy_from_user(kind, text, length))
		return -EFAULT;
	kind[length] = 0;
	strim(kind);
	if (!strcmp(kind, "null-write")) {
		start(clerk, "clerk");
	} else if (!strcmp(kind, "abba-mutex")) {
		start(shelf_first, "shelf-first");
		start(ledger_first, "ledger-first");
		start(wait_for_shelf, "customer-1");
		start(wait_for_shelf, "customer-2");
	} else if (!strcmp(kind, "rwsem")) {
		start(write_catalogue, "editor");
		start(read_catalogue, "reader-1");
		start(read_catalogue, "reader-2");
	} else if (!strcmp(kind, "spinlock")) {
		start(count_for_ever, "counter");
	} else if (!strcmp(kind, "bug")) {
		check_stock();
	} else if (!strcmp(kind, "redzone")) {
		tear_label();
	} else if (!strcmp(kind, "oom-slab")) {
		start(hoard, "hoarder");
	} else {
		return -EINVAL;
	}
	return length;
}

static int trouble_show(struct seq_file *out, void *unused)
{
	struct task_struct *group, *task;

	seq_printf(out, "mutex shelf_mutex %016lx owner %016lx\n", (unsigned long)&shelf_mutex, atomic_long_read(&shelf_mutex.owner));
	seq_printf(out, "mutex ledger_mutex %016lx owner %016lx\n", (unsigned long)&ledger_mutex, atomic_long_read(&ledger_mutex.owner));
	seq_printf(out, "rwsem catalogue_sem %016lx owner %016lx count %016lx\n", (unsigned long)&catalogue_sem,
		   atomic_long_read(&catalogue_sem.owner), atomic_long_read(&catalogue_sem.count));
	seq_printf(out, "spinlock counter_lock %016lx\n", (unsigned long)&counter_lock);
	rcu_read_lock();
	for_each_process_thread(group, task)
		seq_printf(out, "task %016lx pid %d tgid %d comm %s\n", (unsigned long)task, task->pid, task->tgid, task->comm);
	rcu_read_unlock();
	return 0;
}

static int trouble_open(struct inode *inode, struct file *file)
{
	return single_open(file, trouble_show, NULL);
}

static const struct proc_ops trouble_ops = {
	.proc_open = trouble_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = trouble_write,
};

static int __init trouble_init(void)
{
	return proc_create("trouble", 0600, NULL, &trouble_ops) ? 0 : -ENOMEM;
}

static void __exit trouble_exit(void)
{
	remove_proc_entry("trouble", NULL);
}

module_init(trouble_init);
module_exit(trouble_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Gets the kernel into trouble on demand, to make crash dumps for tests");
