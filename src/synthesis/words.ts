/**
 * Common English words, for what people say beside the wake word. Short and long, with most sounds of the language; none of
 * them is special.
 */
export const words: readonly string[] =
  `about above across actor after again agree air alarm album all almost alone along already also always amount and angle
animal answer any apple april arm around arrive article ask august autumn away baby back bad bag ball banana bank basket bath
beach bean bear beautiful because bed before begin behind believe bell below best better between bicycle big bird birthday black blanket blue
board boat body bone book bottle bottom box boy branch bread break breakfast bridge bright bring brother brown brush build
burn bus business busy butter button buy cake call camera can candle capital car card careful carry castle cat catch
cause centre century chair chance change cheap check cheese chicken child chocolate choose church circle city class clean clear clever
climb clock close cloud coat coffee cold college colour come common computer contain cook cool copper corn corner correct cost
cotton cough could count country courage course cousin cover cow cream create cross crowd cry cup curtain customer cut dance danger dark
daughter day dead dear december decide deep deer deliver desert design desk detail dictionary different difficult dinner direction dirty
discover distance doctor dog dollar door double down dozen dream dress drink drive drop dry during dust each ear early earth
east easy eat edge education egg eight either electric elephant eleven empty end energy engine enjoy enough enter equal
evening every example except excuse exercise expect explain eye face factory fall family famous far farm fast father favour february
feed feel few field fifteen fight film find finger finish fire first fish five floor flower fly follow food foot forest
forget forgive fork forty forward four free fresh friday friend from front fruit full funny furniture future game garden
gas gate general gentle gift girl give glad glass gold good government grandfather grass gray great green ground group grow guess guest
guitar hair half hammer hand happen happy hard hat have head healthy hear heart heavy hello help here hide high hill history
hit hobby hold hole holiday home honey hope horse hospital hot hotel hour house how however huge hundred hungry hurry husband ice idea
important improve include indeed inside instead interest invite iron island january jacket jam jelly job join joke journey judge juice july jump june just keep key
kick kid kind king kitchen knee knife knock know labour ladder lady lamp language large last late laugh law lazy lead leaf learn
leather leave left leg lemon lend length lesson let letter library lie life lift light like line lion lip list listen little live lock long
look lose lot love low lucky lunch machine magic mail main make man many map march mark market marry matter may maybe meal measure meat
medicine meet member memory mention menu message metal method middle might mile milk million mind minute mirror miss mistake mix model moment
monday money monkey month moon more morning mother mountain mouth move much museum music must name narrow nation nature near
nearly neck need needle neighbour neither net never new news next nice night nine nobody noise none north nose note nothing notice november
now number nurse object ocean october offer office often oil old once one only open opposite orange order other our outside oven
over own page pain paint pair palace paper parent park part partner party pass past path pay peace pen pencil people pepper perfect perhaps
period person petrol phone photograph piano pick picture piece pig pilot pink place plane plant plastic plate play please pleasure plenty
pocket point poison police polite pool poor popular position possible potato pour power prepare present press pretty prevent price prince
print prison private prize probably problem produce promise proper protect proud provide public pull punish pupil purple push put queen question
quick quiet quite radio rain raise reach read ready real really reason receive record red refrigerator remember remove repeat report rest
restaurant result return rice rich ride right ring rise river road rock roof room round rubber rule ruler run rush sad safe sail salt same sand
saturday save say scale school science scissors search season seat second secret see seem sell send sentence september serve
seven several shade shadow shake shall shape share sharp sheep sheet shelf shine ship shirt shoe shoot shop short should shoulder shout show
shut sick side signal silence silly silver similar simple since sing single sink sister sit six size skill skin skirt sky sleep slip slow small
smell smile smoke snow soap sock soft some son song soon sorry sound soup south space speak special speed spell spend spoon sport
spread spring square stamp stand star start station stay steal steam step still stomach stone stop storm story strange stream street strong structure
student study stupid subject sudden sugar suggest summer sun sunday support sure surprise sweet swim sword table take talk tall taste taxi teach team
tear telephone television tell ten tennis terrible test thank that their then there thick thin thing think third thirsty thirteen thousand thread three
through throw thumb thunder thursday ticket tie tiger tight time tired title toast today toe together tomato tomorrow tonight tool tooth top
total touch towards towel tower town toy traffic train travel tree trouble true trust try tuesday turn twelve twenty twice two type
ugly umbrella uncle under understand unit university until upstairs usual valley valuable value vegetable very village violin visit voice wait wake
walk wall want war warm wash waste watch water weak wear weather wedding wednesday week weight welcome west wet what wheel when where which
while whistle white who whole why wide wife wild will wind window wine winter wire wise wish without woman wonder wood word work world worry
worst write wrong yard year yellow yesterday yet young zebra zero zoo`.split(/\s+/);
