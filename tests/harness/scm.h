/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors over a socket, one with each message. */
#ifndef SHMVIZ_TEST_SCM_H
#define SHMVIZ_TEST_SCM_H

/* False with errno. */
int scm_send(int socket, int fd);

/* The next one that waits, close-on-exec; -1 if there is none. */
int scm_receive(int socket);

#endif /* SHMVIZ_TEST_SCM_H */
