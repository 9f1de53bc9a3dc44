using LusPipeline.Ledger.Registers;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Worker;

/// <summary>Writes the bundles of this worker into the ledger, because results refer to them.</summary>
internal sealed class WorkerBundles(ModelSet models, BundleRegister register)
{
    public async Task RegisterAsync(CancellationToken cancellation)
    {
        foreach (var bundle in models.Bundles)
            await register.RegisterAsync(bundle.Id, bundle.Name, bundle.Version, bundle.Threshold, cancellation).ConfigureAwait(false);
    }
}
