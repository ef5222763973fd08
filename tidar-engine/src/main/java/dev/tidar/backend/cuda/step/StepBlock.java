package dev.tidar.backend.cuda.step;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.PinnedMemory;
import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.step.Pass;
import dev.tidar.step.StepRows;
import java.util.List;

/**
 * The image of a step in device memory: everything that differs between two steps of one shape, copied from host memory
 * at once. Its addresses are those of the image that was loaded last.
 *
 * <p>Confined to the engine thread.
 */
public final class StepBlock {

    private static final int MIN_BYTES = 1 << 16;
    private static final StepImage EMPTY =
            new StepImage(new StepRows.Builder().build(), List.of(), AttentionShape.NONE);

    private final CudaDevice device;
    private Region region;
    private PinnedMemory host;
    private StepImage image = EMPTY;
    /** Whether the device may still be copying from the host's memory. */
    private boolean copying;

    StepBlock(CudaDevice device) {
        this.device = device;
        this.region = device.memory().allocate(MIN_BYTES, "the rows of a step");
        this.host = device.memory().pinned(MIN_BYTES);
    }

    /** Writes an image to the host's memory, where {@link #copy} takes it from. */
    void load(StepImage next) {
        if (copying) {
            device.context().synchronize();
            copying = false;
        }
        reserve(next.bytes());
        next.write(host.bytes().clear());
        image = next;
    }

    private void reserve(int bytes) {
        if (bytes <= region.bytes()) {
            return;
        }
        Region largerRegion = device.memory().allocate(2L * bytes, "the rows of a step");
        PinnedMemory largerHost = device.memory().pinned(2L * bytes);
        device.retire(region);
        device.memory().free(host);
        region = largerRegion;
        host = largerHost;
    }

    /** Queues the copy of the loaded image to the device. */
    void copy() {
        launches();
        device.context().copyToDevice(region.address(), host, image.bytes());
    }

    /**
     * Records that the copy of the loaded image is about to be queued, by {@link #copy} or by a captured step. Whatever
     * becomes of it, the host's memory is then not written to before the queued work has ended.
     */
    void launches() {
        copying = true;
    }

    /** Records that all queued work has ended. */
    void copied() {
        copying = false;
    }

    /** The shape of the image, which decides the kernels of a step. */
    StepImage.Shape shape() {
        return image.shape();
    }

    /** The number of blocks from one block table to the next. */
    public int tableStride() {
        return image.shape().tableStride();
    }

    /** The number of attention tiles, those of padding included. */
    public int numTiles() {
        return image.shape().tiles();
    }

    /** Whether a row has sampling parameters besides temperature and seed. */
    public boolean hasSampling() {
        return image.shape().samplingBytes() > 0;
    }

    // addresses

    public long rows() {
        return region.address();
    }

    public long sequences() {
        return region.address() + image.sequences();
    }

    public long tiles() {
        return region.address() + image.tiles();
    }

    public long tables() {
        return region.address() + image.tables();
    }

    public long sampleRows() {
        return region.address() + image.sampleRows();
    }

    public long groups() {
        return region.address() + image.groups();
    }

    /** The address of the sampling parameters of a row of a pass. */
    public long sampling(Pass pass, int row) {
        return region.address() + image.sampling(pass) + (long) row * StepSampling.ROW_BYTES;
    }

    /** The address that the places of all lists are counted from. */
    public long samplingLists() {
        return region.address() + image.sampling();
    }
}
