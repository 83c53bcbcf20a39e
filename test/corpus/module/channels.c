// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * /proc/channels: what the channel subsystem keeps of each device, read through the kernel's own headers and accessors, where sysfs does not show
 * it: state machine, subchannel status word, virtqueues. It is built where drivers/s390/cio is there, which is not so in packaged headers.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/timer.h>
#include <linux/virtio.h>
#include "css.h"
#include "device.h"
#include "io_sch.h"

/* Numbers of devices that the guest can have; sysfs would show others too. */
#define MOST_DEVNO 0x1000

static uint arm;
module_param(arm, uint, 0);
MODULE_PARM_DESC(arm, "number of a device of subchannel set 0 whose timer is started for an hour");

static int is_virtio(struct device *dev, void *unused)
{
	return dev->bus && !strcmp(dev->bus->name, "virtio");
}

static void show_queues(struct seq_file *out, struct ccw_device *cdev)
{
	struct device *dev = device_find_child(&cdev->dev, NULL, is_virtio);
	struct virtqueue *vq;

	if (!dev)
		return;
	seq_printf(out, " virtio=%s id=%u", dev_name(dev), dev_to_virtio(dev)->id.device);
	list_for_each_entry(vq, &dev_to_virtio(dev)->vqs, list)
		seq_printf(out, " queue=%u,%s,%u,%u,%d", vq->index, vq->name, virtqueue_get_vring_size(vq), vq->num_free, virtqueue_is_broken(vq));
	put_device(dev);
}

static void show_device(struct seq_file *out, struct ccw_device *cdev)
{
	struct subchannel *sch = to_subchannel(cdev->dev.parent);
	struct pmcw *pmcw = &sch->schib.pmcw;
	union scsw *scsw = &sch->schib.scsw;

	seq_printf(out, "device=%s at=%016lx subchannel=%s schat=%016lx schid=%x.%x.%04x", dev_name(&cdev->dev), (unsigned long)cdev,
		   dev_name(&sch->dev), (unsigned long)sch, sch->schid.cssid, sch->schid.ssid, sch->schid.sch_no);
	seq_printf(out, " state=%d online=%d intparm=%lx timer=%ld todo=%d schtodo=%d", cdev->private->state, cdev->online, cdev->private->intparm,
		   timer_pending(&cdev->private->timer) ? (long)(cdev->private->timer.expires - jiffies) / HZ : 0, cdev->private->todo, sch->todo);
	seq_printf(out, " st=%d lpm=%02x vpm=%02x opm=%02x isc=%d", sch->st, sch->lpm, sch->vpm, sch->opm, sch->isc);
	seq_printf(out, " ena=%d pisc=%d dnv=%d dev=%04x plpm=%02x pnom=%02x lpum=%02x pim=%02x pam=%02x pom=%02x", pmcw->ena, pmcw->isc, pmcw->dnv,
		   pmcw->dev, pmcw->lpm, pmcw->pnom, pmcw->lpum, pmcw->pim, pmcw->pam, pmcw->pom);
	seq_printf(out, " tm=%d cc=%x fctl=%x actl=%x stctl=%x dstat=%x cstat=%x cpa=%x scsw=%*phN", scsw_is_tm(scsw), scsw_cc(scsw), scsw_fctl(scsw),
		   scsw_actl(scsw), scsw_stctl(scsw), scsw_dstat(scsw), scsw_cstat(scsw), *((u32 *)scsw + 1), (int)sizeof(*scsw), scsw);
	show_queues(out, cdev);
	seq_putc(out, '\n');
}

static int channels_show(struct seq_file *out, void *unused)
{
	struct ccw_dev_id id;
	unsigned int ssid, devno;

	for (ssid = 0; ssid <= 3; ssid++)
		for (devno = 0; devno < MOST_DEVNO; devno++) {
			struct ccw_device *cdev;

			id.ssid = ssid;
			id.devno = devno;
			cdev = get_ccwdev_by_dev_id(&id);
			if (!cdev)
				continue;
			show_device(out, cdev);
			put_device(&cdev->dev);
		}
	return 0;
}

static int __init channels_init(void)
{
	struct ccw_dev_id id = { .devno = arm };
	struct ccw_device *cdev = arm ? get_ccwdev_by_dev_id(&id) : NULL;

	if (cdev) {
		mod_timer(&cdev->private->timer, jiffies + 3600 * HZ);
		put_device(&cdev->dev);
	}
	return proc_create_single("channels", 0400, NULL, channels_show) ? 0 : -ENOMEM;
}

static void __exit channels_exit(void)
{
	remove_proc_entry("channels", NULL);
}

module_init(channels_init);
module_exit(channels_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Shows what the channel subsystem keeps of its devices, for tests of readers of crash dumps");
