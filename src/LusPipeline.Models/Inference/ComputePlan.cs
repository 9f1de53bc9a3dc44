namespace LusPipeline.Models.Inference;

/// <summary>How the threads are shared out.</summary>
/// <param name="Runs">Batches that run at the same time.</param>
/// <param name="ThreadsPerRun">Threads that work on one batch.</param>
/// <param name="Batch">Most frames of a batch.</param>
internal readonly record struct ComputePlan(int Runs, int ThreadsPerRun, int Batch)
{
    /// <summary>Every run holds its own working memory, so their number is bounded; further threads join the runs.</summary>
    private const int MaxRuns = 8;

    /// <summary>Measured: with a thread a run, larger batches are no faster and every further frame costs 70 MB a run.</summary>
    private const int CpuBatch = 1;
    private const int CudaBatch = 20;

    public static ComputePlan For(InferenceOptions options)
    {
        if (options.Provider == ExecutionProvider.Cuda)
            return new(1, 1, options.Batch > 0 ? options.Batch : CudaBatch);
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        var runs = Math.Min(threads, MaxRuns);
        return new(runs, threads / runs, options.Batch > 0 ? options.Batch : CpuBatch);
    }
}
