using System.CommandLine;
using LusPipeline.Cli;
using LusPipeline.Cli.Commands;
using LusPipeline.Models.Inference;

OnnxTelemetry.TurnOff();
var root = new RootCommand("""
    Lung ultrasound videos in, diagnoses (COVID-19, pneumonia, healthy) out.
    Research use only: not a medical device.
    """)
{
    RunCommand.Create(),
    DemoCommand.Create(),
    ResultsCommand.Create(),
    StudiesCommand.Create(),
    ShowCommand.Create(),
    ServeCommand.Create(),
    ExplainCommand.Create(),
    WorkerCommand.Create(),
    SubmitCommand.Create(),
    ReplayCommand.Create(),
    CancelCommand.Create(),
    PruneCommand.Create(),
    DeleteCommand.Create(),
    AuditCommand.Create(),
    DoctorCommand.Create(),
    ModelsCommand.Create(),
    FeaturesCommand.Create(),
    TrainCommand.Create(),
    ConfigCommand.Create(),
    DbCommand.Create(),
    StatusCommand.Create(),
    HealthCommand.Create(),
    VersionCommand.Create(),
};
root.WithExamples("lus run videos/", "lus demo");
HelpExamples.PrintExamplesIn(root);
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
