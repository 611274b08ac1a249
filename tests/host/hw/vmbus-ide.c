/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus channel of an IDE disk.
 *
 * A generation 1 machine's IDE disk has a VMBus device of its own besides the
 * emulated one, for the same medium.  Firmware and boot loader read through
 * the emulated disk, the operating system uses the channel.
 */

#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "vmbus-storage.h"

#define TYPE_VMBUS_IDE "vmbus-ide"
OBJECT_DECLARE_TYPE(VMBusIDE, VMBusIDEClass, VMBUS_IDE)

struct VMBusIDE {
    VMBusStorage parent_obj;

    char *drive;
    char *serial;
    bool share_rw;
    OnOffAuto write_cache;
    uint8_t controller;
    uint8_t unit;
};

struct VMBusIDEClass {
    VMBusDeviceClass parent_class;

    DeviceRealize parent_realize;
};

/*
 * The disk's place on the IDE controllers is in the instance id, where Linux's
 * storvsc_probe() takes the SCSI target id from.
 */
static void vmbus_ide_realize(DeviceState *dev, Error **errp)
{
    ERRP_GUARD();
    VMBusIDE *ide = VMBUS_IDE(dev);
    VMBusStorage *s = VMBUS_STORAGE(dev);
    g_autofree char *id = NULL;
    DeviceState *disk;

    if (ide->controller > 1 || ide->unit > 1) {
        error_setg(errp, "IDE has controllers 0 and 1 with units 0 and 1");
        return;
    }
    if (!ide->drive) {
        error_setg(errp, "drive property not set");
        return;
    }
    id = g_strdup_printf("%08x-%04x-8899-0000-000000000000",
                         ide->controller, ide->unit);
    qemu_uuid_parse(id, &VMBUS_DEVICE(dev)->instanceid);
    s->target = ide->unit;

    VMBUS_IDE_GET_CLASS(dev)->parent_realize(dev, errp);
    if (*errp) {
        return;
    }

    disk = qdev_new("scsi-hd");
    object_property_add_child(OBJECT(dev), "disk", OBJECT(disk));
    qdev_prop_set_string(disk, "vendor", "Msft");
    qdev_prop_set_string(disk, "product", "Virtual Disk");
    qdev_prop_set_string(disk, "ver", "1.0");
    if (ide->serial) {
        qdev_prop_set_string(disk, "serial", ide->serial);
    }
    qdev_prop_set_bit(disk, "share-rw", ide->share_rw);
    qdev_prop_set_string(disk, "write-cache", OnOffAuto_str(ide->write_cache));
    /* errors are the guest's; else one of them may stop the machine */
    qdev_prop_set_string(disk, "werror", "report");
    qdev_prop_set_string(disk, "rerror", "report");
    if (!object_property_set_str(OBJECT(disk), "drive", ide->drive, errp) ||
        !qdev_realize(disk, BUS(&s->bus), errp)) {
        object_unparent(OBJECT(disk));
    }
    object_unref(OBJECT(disk));
}

static const Property vmbus_ide_properties[] = {
    /* the name of a block node: it is shared with the emulated IDE disk */
    DEFINE_PROP_STRING("drive", VMBusIDE, drive),
    DEFINE_PROP_STRING("serial", VMBusIDE, serial),
    DEFINE_PROP_BOOL("share-rw", VMBusIDE, share_rw, true),
    DEFINE_PROP_ON_OFF_AUTO("write-cache", VMBusIDE, write_cache,
                            ON_OFF_AUTO_AUTO),
    DEFINE_PROP_UINT8("controller", VMBusIDE, controller, 0),
    DEFINE_PROP_UINT8("unit", VMBusIDE, unit, 0),
};

static void vmbus_ide_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    qemu_uuid_parse(VSTOR_CLASS_IDE, &VMBUS_DEVICE_CLASS(klass)->classid);
    dc->desc = "VMBus channel of an IDE disk";
    device_class_set_props(dc, vmbus_ide_properties);
    device_class_set_parent_realize(dc, vmbus_ide_realize,
                                    &VMBUS_IDE_CLASS(klass)->parent_realize);
}

static const TypeInfo vmbus_ide_types[] = {
    {
        .name = TYPE_VMBUS_IDE,
        .parent = TYPE_VMBUS_STORAGE,
        .instance_size = sizeof(VMBusIDE),
        .class_size = sizeof(VMBusIDEClass),
        .class_init = vmbus_ide_class_init,
    },
};

DEFINE_TYPES(vmbus_ide_types)
