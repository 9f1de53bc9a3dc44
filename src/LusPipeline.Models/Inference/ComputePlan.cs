namespace LusPipeline.Models.Inference;

/// <summary>How many batches run at once and how CPU threads are assigned to them.</summary>
/// <param name="Runs">Number of batches that run at the same time.</param>
/// <param name="ThreadsPerRun">Number of CPU threads that work on one batch.</param>
/// <param name="Batch">Largest number of frames in a batch.</param>
/// <param name="Mixes">Whether a batch may hold frames of several clips.</param>
internal readonly record struct ComputePlan(int Runs, int ThreadsPerRun, int Batch, bool Mixes)
{
    /// <summary>Most batches that run at the same time. Each needs its own working memory. Further threads are added to these runs.</summary>
    private const int MaxRuns = 8;

    /// <summary>
    /// Frames in a batch on the CPU. By measurement, with one thread for each run, larger batches are no faster and every further frame costs 70 MB for
    /// each run.
    /// </summary>
    private const int CpuBatch = 1;

    /// <summary>Frames in a batch on CUDA: two of the paper's clips. This value was not measured.</summary>
    private const int CudaBatch = 40;

    /// <summary>Number of buffers for mixed batches: one more than batches that run, so that the next batch is filled while the device computes.</summary>
    public int Buffers => Runs + 1;

    public static ComputePlan For(InferenceOptions options)
    {
        if (options.Provider == ExecutionProvider.Cuda)
            return new(1, 1, options.Batch > 0 ? options.Batch : CudaBatch, options.MixClips != ClipMixing.Never);
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        var runs = Math.Min(threads, MaxRuns);
        return new(runs, threads / runs, options.Batch > 0 ? options.Batch : CpuBatch, options.MixClips == ClipMixing.Always);
    }

    /// <summary>Number of clips whose frames fill all batches that run or are being filled.</summary>
    public int ClipsInHand(int framesPerClip) => Mixes ? ((Buffers * Batch) + framesPerClip - 1) / framesPerClip : Runs;
}
