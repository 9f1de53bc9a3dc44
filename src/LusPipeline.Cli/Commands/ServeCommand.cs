using System.CommandLine;
using System.Data.Common;
using System.Diagnostics;
using LusPipeline.Cli.Explaining;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Explaining.Pictures;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Settings;
using LusPipeline.Hosting.Status;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Status;
using LusPipeline.Media.Processes;
using LusPipeline.Models.Bundles;
using LusPipeline.Web;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus serve</c></summary>
internal static class ServeCommand
{
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(1);

    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var port = new Option<int?>("--port") { Description = "Port to listen at, instead of that of Web:Url; 0 lets the system choose", HelpName = "PORT" };
        port.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ushort.TryParse(token.Value, out _))
                result.AddError("--port is a whole number from 0 to 65535.");
        });
        var browser = new Option<bool>("--open") { Description = "Open the pages in the browser" };
        var command = new Command("serve", """
            Show studies, videos, traces and models in a browser, and serve them as JSON.

            The pages change nothing. Only this machine and this user reach them, unless the section Web of the settings says otherwise.
            """)
        {
            port,
            browser,
        }.WithExamples("lus serve", "lus serve --home /data/lus --open", "lus serve --config appsettings.json  # the ledger of workers");
        ledger.AddTo(command);
        command.SetGuardedAction(
            async (result, _) =>
            {
                // Nothing is at work that would have to be brought to an end.
                using var interruption = new Interruption(quiet: true);
                var cancellation = interruption.Token;
                using var opened = await ledger.OpenReadOnlyAsync(result, cancellation);
                var options = opened.Settings?.Get<WebOptions>() ?? LoadedSettings.One<WebOptions>(ledger.Sources(result));
                if (result.GetValue(port) is { } chosen)
                    options = options with { Url = new UriBuilder(options.Url) { Port = chosen }.Uri };
                await using var queues = opened.Settings is { } settings ? new QueueReader(settings.Get<BrokerOptions>()) : null;
                using var explainer = await ExplainerAsync(opened, options, cancellation);
                var shown = await LedgerAsync(opened, options, queues, cancellation) with { Clips = explainer?.Clips };
                await using var server = await WebServer.StartAsync(options, shown, Models(opened.Settings), cancellation);
                await TellAsync(server.Address, options, result.InvocationConfiguration);
                if (result.GetValue(browser))
                    await OpenAsync(server.Address, result.InvocationConfiguration);
                await WaitAsync(explainer, result.InvocationConfiguration, cancellation);
                return ExitCode.Done;
            },
            fault => LedgerGuard.Explain(fault, ledger.Database));
        return command;
    }

    private static async Task<WebLedger> LedgerAsync(OpenedLedger opened, WebOptions options, QueueReader? queues, CancellationToken cancellation)
    {
        if (opened.Settings is not { } settings)
        {
            var home = new HomeStatusReader(opened.Open, TimeProvider.System);
            return new(opened.Open, async token => new(await home.ReadAsync(token), new(null, "lus run has no queues")), options.Names ?? true);
        }
        if (options.Names == true && !await NameRight.HasAsync(opened.Open, cancellation))
        {
            throw new WebException(
                "Web:Names is on, and the database's user may not read names. Connect as lus_web_names, or as another user of the group lus_analyst, or leave Web:Names out.");
        }
        var reader = new StatusReader(opened.Open, settings.Get<LeaseOptions>().Duration);
        return new(
            opened.Open,
            async token =>
            {
                var depths = queues!.ReadAsync(token);
                return new(await reader.ReadAsync(token), await depths);
            },
            options.Names ?? false);
    }

    /// <returns>Null if frames are not shown.</returns>
    private static async Task<OpenedExplainer?> ExplainerAsync(OpenedLedger opened, WebOptions options, CancellationToken cancellation)
    {
        if (!(options.Frames ?? opened.Settings is null))
            return null;
        var mask = MaskOf(options);
        if (opened.Settings is null)
            return OpenedExplainer.OfHome(opened.HomePath!, opened.Open, [], null, mask);
        if (!await NameRight.HasAsync(opened.Open, cancellation))
        {
            throw new WebException(
                "Web:Frames is on, and the database's user may not read the keys of the originals, which have names. Connect as lus_web_names, or leave Web:Frames out.");
        }
        return await OpenedExplainer.OfWorkersAsync(opened, null, mask, cancellation);
    }

    private static FrameMask MaskOf(WebOptions options)
    {
        try
        {
            return FrameMask.Parse(options.Mask);
        }
        catch (FormatException wrong)
        {
            throw new WebException($"Web:Mask: {wrong.Message}", wrong);
        }
    }

    /// <summary>The bundles of the settings, and the default one.</summary>
    private static IReadOnlyList<string> Models(LoadedSettings? settings) => settings?.Get<ModelOptions>() is { } models
        ? [models.Bundle ?? BundleCatalog.DefaultName, .. models.More]
        : [BundleCatalog.DefaultName];

    private static async Task TellAsync(Uri address, WebOptions options, InvocationConfiguration output)
    {
        await output.Output.WriteLineAsync($"{address.GetLeftPart(UriPartial.Authority)} shows the ledger. Ctrl-C ends it.");
        if (!options.IsLocal && !options.IsEncrypted && string.IsNullOrEmpty(options.IdentityHeader))
            await output.Error.WriteLineAsync("The token and what is shown cross the network in the clear. Set Web:CertificateFile and an address that begins with https://, or put a proxy with TLS in front.");
    }

    private static async Task OpenAsync(Uri address, InvocationConfiguration output)
    {
        if (ProgramPath.Find("xdg-open") is not { } opener)
        {
            await output.Error.WriteLineAsync("There is no xdg-open to open a browser with. Open the address yourself.");
            return;
        }
        using var started = Process.Start(new ProcessStartInfo(opener) { ArgumentList = { address.ToString() }, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true });
    }

    /// <summary>Waits until the command is stopped. Frames of studies that were erased meanwhile are erased here too.</summary>
    private static async Task WaitAsync(OpenedExplainer? explainer, InvocationConfiguration output, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(ForgetInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                try
                {
                    if (explainer is not null)
                        await explainer.ForgetErasedAsync(cancellation);
                }
                catch (Exception away) when (away is DbException or InvalidOperationException { InnerException: DbException } or IOException)
                {
                    await output.Error.WriteLineAsync($"lus: frames of erased studies are looked for again in a minute ({away.GetBaseException().Message})");
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
