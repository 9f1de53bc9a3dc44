namespace LusPipeline.Models.Inference;

/// <summary>How the threads are shared out.</summary>
/// <param name="Runs">Batches that run at the same time.</param>
/// <param name="ThreadsPerRun">CPU threads that work on one batch.</param>
/// <param name="Batch">Most frames of a batch.</param>
/// <param name="Mixes">Whether a batch may hold frames of several clips.</param>
internal readonly record struct ComputePlan(int Runs, int ThreadsPerRun, int Batch, bool Mixes)
{
    /// <summary>Every run holds its own working memory, so their number is bounded; further threads join the runs.</summary>
    private const int MaxRuns = 8;

    /// <summary>Measured: with a thread a run, larger batches are no faster and every further frame costs 70 MB a run.</summary>
    private const int CpuBatch = 1;

    /// <summary>Two clips of the paper's; not measured.</summary>
    private const int CudaBatch = 40;

    /// <summary>Of mixed batches: one more than run, so that the next is filled while the device computes.</summary>
    public int Buffers => Runs + 1;

    public static ComputePlan For(InferenceOptions options)
    {
        if (options.Provider == ExecutionProvider.Cuda)
            return new(1, 1, options.Batch > 0 ? options.Batch : CudaBatch, options.MixClips != ClipMixing.Never);
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        var runs = Math.Min(threads, MaxRuns);
        return new(runs, threads / runs, options.Batch > 0 ? options.Batch : CpuBatch, options.MixClips == ClipMixing.Always);
    }

    /// <summary>As many clips as the batches that run or are filled have frames of.</summary>
    public int ClipsInHand(int framesPerClip) => Mixes ? ((Buffers * Batch) + framesPerClip - 1) / framesPerClip : Runs;
}
