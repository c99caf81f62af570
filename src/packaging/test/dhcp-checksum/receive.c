/*
 * receive ADDRESS PORT: sends a UDP packet from port 67 to ADDRESS:PORT and reads it as the guest behind the tap device vnet0 does.
 * Prints "right" or "wrong", its checksum as a client that reads raw packets judges it.
 *
 * Like QEMU with vhost: a header before each packet, and a device that takes unfinished checksums. Without these the kernel completes all.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const char PAYLOAD[] = "an answer";

static void need(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(2);
    }
}

static uint32_t sum(const unsigned char *bytes, size_t length, uint32_t total)
{
    for (size_t i = 0; i < length; i++)
        total += i % 2 ? bytes[i] : bytes[i] << 8;
    return total;
}

static int complete(uint32_t total)
{
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return total == 0xffff;
}

int main(int count, char **arguments)
{
    need(count == 3, "usage: receive ADDRESS PORT");
    int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    struct ifreq device = {.ifr_name = "vnet0", .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    need(tap >= 0 && ioctl(tap, TUNSETIFF, &device) == 0, "vnet0");
    need(ioctl(tap, TUNSETOFFLOAD, TUN_F_CSUM) == 0, "TUNSETOFFLOAD");

    int port = atoi(arguments[2]);
    int out = socket(AF_INET, SOCK_DGRAM, 0);
    int yes = 1;
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(67)};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    need(inet_pton(AF_INET, arguments[1], &to.sin_addr) == 1, "address");
    need(setsockopt(out, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0, "socket");
    need(bind(out, (struct sockaddr *)&from, sizeof from) == 0, "bind");

    /* Until the bridge has seen that vnet0 has a reader. */
    for (int tries = 0; tries < 100; tries++) {
        sendto(out, PAYLOAD, sizeof PAYLOAD, 0, (struct sockaddr *)&to, sizeof to);
        struct pollfd ready = {.fd = tap, .events = POLLIN};
        poll(&ready, 1, 200);
        unsigned char packet[2048];
        ssize_t length;
        while ((length = read(tap, packet, sizeof packet)) > 0) {
            unsigned char *ip = packet + sizeof(struct virtio_net_hdr) + 14;
            unsigned char *udp = ip + 20;
            size_t udp_length = 8 + sizeof PAYLOAD;
            if (length < udp + 8 + (ssize_t)sizeof PAYLOAD - packet || ip[-2] != 8 || ip[-1] != 0 || ip[0] != 0x45 || ip[9] != 17
                || udp[2] << 8 != (port & 0xff00) || udp[3] != (port & 0xff))
                continue;
            need(memcmp(udp + 8, PAYLOAD, sizeof PAYLOAD) == 0, "another payload arrived");
            need(complete(sum(ip, 20, 0)), "the IP header's checksum is wrong");
            puts(complete(sum(udp, udp_length, sum(ip + 12, 8, 17 + udp_length))) ? "right" : "wrong");
            return 0;
        }
    }
    fputs("nothing arrived within 20 seconds\n", stderr);
    return 1;
}
