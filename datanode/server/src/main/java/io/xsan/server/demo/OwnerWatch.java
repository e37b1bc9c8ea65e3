package io.xsan.server.demo;

import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.client.ClientConfig;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.VolumeOwner;
import io.xsan.server.cli.ClientFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who owns the volume now: asks every datanode again and again, each by itself, so that one that is
 * dead or stands still is not waited for, and believes the one that knows the newest epoch. Any
 * thread.
 */
final class OwnerWatch implements AutoCloseable {
    private static final long PAUSE_MILLIS = 50;
    private static final long TIMEOUT_MILLIS = 500;

    private final Site site;
    private final List<XsanClient> clients = new ArrayList<>();
    private final List<Consumer<Member>> listeners = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean isClosed;
    private int epoch;
    private volatile @Nullable Member owner;

    OwnerWatch(Site site) throws IOException {
        this.site = site;
        ClientConfig admin = ClientFile.read(site.clientFile());
        for (Member member : site.members()) {
            XsanClient client =
                    new XsanClient(
                            new ClientConfig(
                                    List.of(member.endpoint()),
                                    admin.authority(),
                                    admin.certificate(),
                                    admin.key()),
                            TIMEOUT_MILLIS);
            clients.add(client);
            threads.add(Thread.ofVirtual().name("owner-watch").start(() -> ask(client)));
        }
    }

    /** Calls {@code listener} whenever there is another owner, on a thread of this object's. */
    void onChange(Consumer<Member> listener) {
        listeners.add(listener);
    }

    /**
     * The owner of now.
     *
     * @throws IOException if nobody has told of one yet
     */
    Member owner() throws IOException {
        Member known = owner;
        if (known == null) {
            throw new IOException("no datanode has told yet who owns the volume");
        }
        return known;
    }

    private void ask(XsanClient client) {
        while (!isClosed) {
            try {
                take(client.call(s -> s.findOwner(Control.REFERENCE)));
            } catch (ApiException e) {
                // This one knows nothing at the moment; the others are asked too.
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void take(VolumeOwner told) {
        Member next = site.member(told.getNode());
        synchronized (this) {
            boolean isNewer = told.getEpoch() > epoch || owner == null;
            if (!isNewer || isClosed) {
                return;
            }
            epoch = told.getEpoch();
            if (next.equals(owner)) {
                return;
            }
            owner = next;
        }
        listeners.forEach(listener -> listener.accept(next));
    }

    @Override
    public void close() {
        isClosed = true;
        threads.forEach(Thread::interrupt);
        clients.forEach(XsanClient::close);
    }
}
