package org.virtnft.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;

/** The few calls of libc that Java lacks. */
interface CLibrary extends Library {

    int AF_NETLINK = 16;
    int SOCK_RAW = 3;
    int NETLINK_NETFILTER = 12;
    int O_RDONLY = 0;
    int O_CLOEXEC = 0x80000;
    int CLONE_NEWNET = 0x40000000;

    int socket(int domain, int type, int protocol) throws LastErrorException;

    int open(String path, int flags) throws LastErrorException;

    int close(int descriptor) throws LastErrorException;

    int setns(int descriptor, int type) throws LastErrorException;

    /** 0 when there is no such interface. */
    int if_nametoindex(String name);
}
